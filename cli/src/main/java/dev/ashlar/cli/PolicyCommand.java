package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;

import dev.ashlar.Adaptation;
import dev.ashlar.FitPolicy;
import dev.ashlar.attach.AttachClient;
import dev.ashlar.attach.PolicyFigures;
import dev.ashlar.json.RecordJson;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ashlar policy}. */
@Command(
        name = "policy",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Show a pool's fit policy, or set it.",
            "",
            "A change takes effect with the next request, and touches no block. What adaptive decided is shown",
            "with its reasons."
        },
        parameterListHeading = "%nProcess:%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            ExitCodes.DONE_TEXT,
            ExitCodes.FAILED_TEXT,
            ExitCodes.USAGE_TEXT,
            ExitCodes.NO_POOL_TEXT,
            ExitCodes.OTHER_USER_TEXT,
            ExitCodes.ENDED_TEXT,
            ExitCodes.INCOMPATIBLE_TEXT
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./ashlar policy 4711",
            "  ./ashlar policy 4711 best"
        })
final class PolicyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private PoolTarget target;

    @Parameters(
            paramLabel = "NAME",
            index = "1",
            arity = "0..1",
            converter = Converters.Policy.class,
            description = "The policy to set: first, next, best, worst, segregated, adaptive. Without it, nothing is changed.")
    private @Nullable FitPolicy policy;

    @Option(names = "--json", description = "Print JSON, and nothing else.")
    private boolean json;

    PolicyCommand() {}

    @Override
    public Integer call() throws IOException {
        AttachClient client = target.client();
        PolicyFigures figures = policy == null ? client.policy() : client.policy(policy);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            RecordJson.write(figures, out);
            return 0;
        }
        Adaptation adaptation = figures.adaptation();
        out.println(figures.policy() == FitPolicy.ADAPTIVE
                ? "ADAPTIVE, which favours " + adaptation.favour()
                : figures.policy().name());
        if (figures.policy() == FitPolicy.ADAPTIVE) {
            out.println("in force, by arena: " + adaptation.inForce());
            out.printf("%d windows, %d switches%n", adaptation.windows(), adaptation.switches());
            adaptation.recent().forEach(change -> out.printf(
                    "  arena %d, after window %d: %s to %s: %s%n",
                    change.arena(), change.window(), change.from(), change.to(), change.reason()));
        }
        out.flush();
        return 0;
    }
}
