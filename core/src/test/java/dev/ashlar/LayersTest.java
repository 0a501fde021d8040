package dev.ashlar;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertFalse;

/** The layers of the core, lowest first: each may use only what stands before it. */
class LayersTest {

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.ashlar");

    @Test
    void layers_useOnlyLowerOnes() {
        assertFalse(CORE.isEmpty(), "classes of dev.ashlar: none found (expected: those of the core)");
        layeredArchitecture().consideringOnlyDependenciesInLayers().withOptionalLayers(true)
                .layer("vocabulary").definedBy("dev.ashlar")
                .layer("lock").definedBy("dev.ashlar.lock..")
                .layer("os").definedBy("dev.ashlar.os..")
                .layer("block").definedBy("dev.ashlar.block..")
                .layer("fit").definedBy("dev.ashlar.fit..")
                .layer("region").definedBy("dev.ashlar.region..")
                .layer("heap").definedBy("dev.ashlar.heap..")
                .layer("trace").definedBy("dev.ashlar.trace..")
                .layer("space").definedBy("dev.ashlar.space..")
                .layer("text").definedBy("dev.ashlar.text..")
                .whereLayer("vocabulary").mayNotAccessAnyLayer()
                .whereLayer("lock").mayNotAccessAnyLayer()
                .whereLayer("os").mayOnlyAccessLayers("vocabulary", "lock")
                .whereLayer("block").mayOnlyAccessLayers("vocabulary", "os")
                .whereLayer("fit").mayOnlyAccessLayers("vocabulary", "os", "block")
                .whereLayer("region").mayOnlyAccessLayers("vocabulary", "lock", "os", "block", "fit")
                .whereLayer("heap").mayOnlyAccessLayers("vocabulary", "os", "block", "fit", "region")
                .whereLayer("trace").mayOnlyAccessLayers("vocabulary")
                .whereLayer("space").mayOnlyAccessLayers("vocabulary")
                .whereLayer("text").mayNotAccessAnyLayer()
                .whereLayer("text").mayNotBeAccessedByAnyLayer()
                .ensureAllClassesAreContainedInArchitecture().check(CORE);
    }

    @Test
    void packages_haveNoCycles() {
        slices().matching("dev.ashlar.(**)").should().beFreeOfCycles().check(CORE);
    }
}
