package dev.ashlar.cli;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} says. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"ashlar " + ashlarVersion() + " (JDK " + Runtime.version() + ", "
                + System.getProperty("os.name") + " " + System.getProperty("os.arch") + ")"};
    }

    /** The version that the build put into the module or into the jar's manifest. */
    private static String ashlarVersion() {
        return Optional.ofNullable(Version.class.getModule().getDescriptor())
                .flatMap(ModuleDescriptor::rawVersion)
                .or(() -> Optional.ofNullable(Version.class.getPackage().getImplementationVersion()))
                .orElse("(development build)");
    }
}
