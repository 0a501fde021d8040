package dev.ashlar.bench.replay;

import java.lang.management.ManagementFactory;

import com.sun.management.OperatingSystemMXBean;

/**
 * The machine that a replay ran on, as far as it explains the figures.
 *
 * @param cpus that the JVM may use
 * @param memoryBytes of the machine, or of the container that the JVM runs in
 * @param os name, version and architecture of the operating system
 * @param jdk version and vendor
 */
public record MachineInfo(int cpus, long memoryBytes, String os, String jdk) {
    /**
     * This machine.
     *
     * @return what the JVM knows of it
     */
    public static MachineInfo current() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return new MachineInfo(
                Runtime.getRuntime().availableProcessors(),
                system.getTotalMemorySize(),
                property("os.name") + " " + property("os.version") + " " + property("os.arch"),
                property("java.runtime.version") + " " + property("java.vendor"));
    }

    private static String property(String name) {
        return System.getProperty(name, "?");
    }
}
