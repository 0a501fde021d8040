package dev.ashlar.metrics;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Side by side: each way to see a pool stands for itself, but for those that show what others found. */
class LayersTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("dev.ashlar");

    @Test
    void layers_useOnlyWhatTheyMay() {
        for (String layer : new String[] {"metrics", "management"}) {
            assertTrue(ALL.containPackage("dev.ashlar." + layer), "classes of dev.ashlar." + layer);
        }
        layeredArchitecture().consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .layer("metrics").definedBy("dev.ashlar.metrics..")
                .layer("management").definedBy("dev.ashlar.management..")
                .layer("json").definedBy("dev.ashlar.json..")
                .layer("map").definedBy("dev.ashlar.map..")
                .layer("doctor").definedBy("dev.ashlar.doctor..")
                .layer("page").definedBy("dev.ashlar.page..")
                .layer("attach").definedBy("dev.ashlar.attach..")
                .layer("sites").definedBy("dev.ashlar.sites..")
                .whereLayer("metrics").mayNotAccessAnyLayer()
                .whereLayer("management").mayNotAccessAnyLayer()
                .whereLayer("json").mayNotAccessAnyLayer()
                .whereLayer("map").mayNotAccessAnyLayer()
                .whereLayer("doctor").mayOnlyAccessLayers("sites")
                .whereLayer("sites").mayNotAccessAnyLayer()
                .whereLayer("page").mayOnlyAccessLayers("json", "map", "doctor")
                .whereLayer("attach").mayOnlyAccessLayers("json", "management", "map", "doctor")
                .check(ALL);
    }

    /** The doctor names call sites that it is given, and neither reads recordings nor draws them. */
    @Test
    void doctor_usesOfSitesTheValueAlone() {
        noClasses().that().resideInAPackage("dev.ashlar.doctor..")
                .should().dependOnClassesThat(resideInAPackage("dev.ashlar.sites..")
                        .and(not(name("dev.ashlar.sites.Site"))))
                .check(ALL);
    }

    /** What looks at pools sees what its users see, and writes bytes as the other modules do ({@code dev.ashlar.text}). */
    @Test
    void all_useWhatIsExported() {
        noClasses().that().resideInAnyPackage("dev.ashlar.metrics..", "dev.ashlar.management..", "dev.ashlar.map..",
                "dev.ashlar.doctor..", "dev.ashlar.json..", "dev.ashlar.page..", "dev.ashlar.attach..",
                "dev.ashlar.sites..")
                .should().dependOnClassesThat()
                .resideInAnyPackage("dev.ashlar.os..", "dev.ashlar.block..", "dev.ashlar.fit..",
                        "dev.ashlar.region..", "dev.ashlar.slab..", "dev.ashlar.cache..", "dev.ashlar.arena..",
                        "dev.ashlar.movable..", "dev.ashlar.defrag..", "dev.ashlar.record..", "dev.ashlar.pool..")
                .check(ALL);
    }

    /** An application without Micrometer can use the rest. */
    @Test
    void micrometer_isUsedByTheMetersAlone() {
        noClasses().that().resideOutsideOfPackage("dev.ashlar.metrics..")
                .should().dependOnClassesThat().resideInAPackage("io.micrometer..")
                .check(ALL);
    }

    @Test
    void packages_haveNoCycles() {
        slices().matching("dev.ashlar.(**)").should().beFreeOfCycles().check(ALL);
    }
}
