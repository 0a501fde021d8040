package dev.ashlar.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The list of commands in the top help, by what they are for. A command of no group is in the last one. */
final class CommandGroups implements IHelpSectionRenderer {
    private static final String OTHERS = "Other commands";
    private static final Map<String, List<String>> GROUPS = groups();

    private static Map<String, List<String>> groups() {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        groups.put("See and steer the pools of a running process",
                List.of("list", "stats", "arenas", "policy", "defrag", "limit", "purge", "map", "doctor", "record",
                        "sites"));
        groups.put("Have something to look at", List.of("demo"));
        groups.put("Try settings on recorded traces", List.of("whatif", "replay"));
        groups.put("Compare allocators", List.of("compare", "workload", "compaction"));
        groups.put("Place files and volumes", List.of("space"));
        return groups;
    }

    private CommandGroups() {}

    /** Has a command's help show its commands in groups. */
    static CommandLine in(CommandLine command) {
        command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, help -> "");
        command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, new CommandGroups());
        return command;
    }

    @Override
    public String render(Help help) {
        Map<String, Help> left = new LinkedHashMap<>(help.subcommands());
        StringBuilder text = new StringBuilder();
        GROUPS.forEach((title, names) -> {
            Map<String, Help> group = new LinkedHashMap<>();
            for (String name : names) {
                Help command = left.remove(name);
                if (command != null) {
                    group.put(name, command);
                }
            }
            append(title, group, help, text);
        });
        append(OTHERS, left, help, text);
        return text.toString();
    }

    private static void append(String title, Map<String, Help> commands, Help help, StringBuilder text) {
        if (!commands.isEmpty()) {
            text.append(help.createHeading("%n" + title + ":%n")).append(help.commandList(commands));
        }
    }
}
