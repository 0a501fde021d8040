package dev.ashlar.arenas;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The layers of the pool over those of the core, lowest first: each may use only what stands before it. */
class LayersTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("dev.ashlar");

    @Test
    void layers_useOnlyLowerOnes() {
        for (String layer : new String[] {"os", "block", "region", "event", "slab", "cache", "arena", "movable",
            "defrag",
            "record",
            "pool",
            "arenas",
            "spill"}) {
            assertTrue(ALL.containPackage("dev.ashlar." + layer), "classes of dev.ashlar." + layer);
        }
        layeredArchitecture().consideringOnlyDependenciesInLayers()
                .layer("vocabulary").definedBy("dev.ashlar")
                .layer("lock").definedBy("dev.ashlar.lock..")
                .layer("os").definedBy("dev.ashlar.os..")
                .layer("block").definedBy("dev.ashlar.block..")
                .layer("fit").definedBy("dev.ashlar.fit..")
                .layer("region").definedBy("dev.ashlar.region..")
                .layer("event").definedBy("dev.ashlar.event..")
                .layer("slab").definedBy("dev.ashlar.slab..")
                .layer("cache").definedBy("dev.ashlar.cache..")
                .layer("arena").definedBy("dev.ashlar.arena..")
                .layer("trace").definedBy("dev.ashlar.trace..")
                .layer("record").definedBy("dev.ashlar.record..")
                .layer("movable").definedBy("dev.ashlar.movable..")
                .layer("defrag").definedBy("dev.ashlar.defrag..")
                .layer("pool").definedBy("dev.ashlar.pool..")
                .layer("arenas").definedBy("dev.ashlar.arenas..")
                .layer("space").definedBy("dev.ashlar.space..")
                .layer("spill").definedBy("dev.ashlar.spill..")
                .whereLayer("region").mayOnlyAccessLayers("vocabulary", "lock", "os", "block", "fit")
                .whereLayer("event").mayOnlyAccessLayers("vocabulary")
                .whereLayer("slab").mayOnlyAccessLayers("vocabulary", "os", "block", "region")
                .whereLayer("cache").mayOnlyAccessLayers("lock", "os", "block")
                .whereLayer("arena")
                .mayOnlyAccessLayers("vocabulary", "lock", "os", "block", "fit", "region", "slab", "cache")
                .whereLayer("movable").mayOnlyAccessLayers("vocabulary", "lock", "os", "block", "region", "arena")
                .whereLayer("defrag").mayOnlyAccessLayers("vocabulary", "lock")
                .whereLayer("record").mayOnlyAccessLayers("vocabulary", "trace", "event")
                .whereLayer("pool")
                .mayOnlyAccessLayers("vocabulary", "lock", "os", "block", "region", "slab", "cache", "arena", "movable",
                        "defrag", "record", "event")
                .whereLayer("spill").mayOnlyAccessLayers("vocabulary", "lock", "arenas", "space")
                .whereLayer("arenas")
                .mayOnlyAccessLayers("vocabulary", "lock", "os", "block", "region", "cache", "pool", "record", "event")
                .check(ALL);
    }

    /** The one-owner heap is what the pool is tested against, and traces are the tools' and the recorder's. */
    @Test
    void pool_usesNeitherHeapNorTrace() {
        noClasses().that().resideInAnyPackage("dev.ashlar.slab..", "dev.ashlar.cache..", "dev.ashlar.arena..",
                "dev.ashlar.movable..", "dev.ashlar.pool..", "dev.ashlar.arenas..", "dev.ashlar.spill..")
                .should().dependOnClassesThat().resideInAnyPackage("dev.ashlar.heap..", "dev.ashlar.trace..")
                .check(ALL);
    }

    /** Queues between threads are the business of arenas, and of the worker. */
    @Test
    void jctools_isUsedByArenasAndTheWorkerAlone() {
        noClasses().that().resideOutsideOfPackage("dev.ashlar.arena..")
                .and().doNotHaveFullyQualifiedName("dev.ashlar.pool.Worker")
                .should().dependOnClassesThat().resideInAPackage("org.jctools..")
                .check(ALL);
    }

    /** The core does without Flight Recorder. */
    @Test
    void flightRecorder_isUsedByEventsAlone() {
        noClasses().that().resideOutsideOfPackage("dev.ashlar.event..")
                .should().dependOnClassesThat().resideInAPackage("jdk.jfr..")
                .check(ALL);
    }

    @Test
    void packages_haveNoCycles() {
        slices().matching("dev.ashlar.(**)").should().beFreeOfCycles().check(ALL);
    }
}
