package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import dev.ashlar.doctor.Doctor;
import dev.ashlar.doctor.Examination;
import dev.ashlar.doctor.Finding;
import dev.ashlar.json.RecordJson;
import dev.ashlar.sites.CallSites;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ashlar doctor}. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Say what ails a pool, by which evidence, and what would help.",
            "",
            "The worst comes first. Nothing is changed; the process looks at its free blocks for it."
        },
        parameterListHeading = "%nProcess:%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, whatever was found; --json says how bad it is",
            ExitCodes.FAILED_TEXT,
            ExitCodes.USAGE_TEXT,
            ExitCodes.NO_POOL_TEXT,
            ExitCodes.OTHER_USER_TEXT,
            ExitCodes.ENDED_TEXT,
            ExitCodes.INCOMPATIBLE_TEXT
        },
        footerHeading = "%nExample:%n",
        footer = "  ./ashlar doctor 4711")
final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private PoolTarget target;

    @Option(
            names = "--sites",
            paramLabel = "FILE",
            description = "A recording of Flight Recorder with samples of this pool, so that leaks are named by call site.")
    private @Nullable Path sites;

    @Option(names = "--json", description = "Print the findings as JSON, and nothing else.")
    private boolean json;

    DoctorCommand() {}

    @Override
    public Integer call() throws IOException {
        if (sites != null && !Files.isRegularFile(sites)) {
            throw new ParameterException(spec.commandLine(),
                    "--sites: " + sites + ": no such file (expected: a recording of Flight Recorder)");
        }
        Examination examination = target.client().examine();
        if (sites != null) {
            examination = examination.withSites(CallSites.read(sites, examination.pool()).sites(false));
        }
        List<Finding> findings = Doctor.examine(examination);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            RecordJson.write(findings, out);
            return 0;
        }
        for (Finding finding : findings) {
            print(finding, out);
        }
        out.flush();
        return 0;
    }

    private void print(Finding finding, PrintWriter out) {
        out.println(finding.severity().name().toLowerCase(Locale.ROOT) + ": " + finding.title());
        out.println("  " + finding.evidence());
        out.println("  " + finding.advice());
        if (!finding.command().isEmpty()) {
            // What reads a recording takes no process.
            boolean ofProcess = finding.command().contains(" " + target.pid());
            out.println("  ./" + (ofProcess ? target.sameFor(finding.command()) : finding.command()));
        }
    }
}
