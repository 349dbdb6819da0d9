package dev.packhorse;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of ARCHITECTURE: {@code front -> fs <- store}, {@code policy -> fs}, and who may use what. */
@AnalyzeClasses(packages = "dev.packhorse", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String JDK = "java..";
    private static final String JDK_XML = "javax.xml..";
    private static final String NULLNESS = "org.jspecify..";

    @ArchTest
    static final ArchRule theContractUsesTheJdkOnly = classes()
            .that()
            .resideInAPackage("dev.packhorse.fs")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("dev.packhorse.fs", JDK, NULLNESS);

    @ArchTest
    static final ArchRule encodingsUseTheJdkOnly = classes()
            .that()
            .resideInAPackage("dev.packhorse.wire..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("dev.packhorse.wire..", JDK, JDK_XML, NULLNESS);

    @ArchTest
    static final ArchRule frontsKnowTheContractOnly = noClasses()
            .that()
            .resideInAPackage("dev.packhorse.front..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.packhorse.store..",
                    "dev.packhorse.policy..",
                    "dev.packhorse.route..",
                    "dev.packhorse.server..",
                    "dev.packhorse.gateway..",
                    "io.netty..",
                    "org.apache.camel..",
                    "io.quarkus..");

    @ArchTest
    static final ArchRule storesKnowTheContractOnly = noClasses()
            .that()
            .resideInAPackage("dev.packhorse.store..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.packhorse.front..",
                    "dev.packhorse.policy..",
                    "dev.packhorse.route..",
                    "dev.packhorse.server..",
                    "dev.packhorse.gateway..",
                    "io.netty..",
                    "org.apache.camel..",
                    "io.quarkus..");

    @ArchTest
    static final ArchRule policiesKnowTheContractOnly = noClasses()
            .that()
            .resideInAPackage("dev.packhorse.policy..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.packhorse.front..",
                    "dev.packhorse.store..",
                    "dev.packhorse.route..",
                    "dev.packhorse.server..",
                    "dev.packhorse.gateway..",
                    "io.netty..",
                    "org.apache.camel..",
                    "io.quarkus..");

    @ArchTest
    static final ArchRule identitiesKnowTheContractAndRequestsOnly = noClasses()
            .that()
            .resideInAPackage("dev.packhorse.identity..")
            .should()
            .dependOnClassesThat(resideInAPackage("dev.packhorse..")
                    .and(resideOutsideOfPackages(
                            "dev.packhorse.identity..", "dev.packhorse.fs", "dev.packhorse.front.http")));

    @ArchTest
    static final ArchRule changesKnowTheContractOnly = classes()
            .that()
            .resideInAPackage("dev.packhorse.change..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.packhorse.change..", "dev.packhorse.fs", JDK, "javax.sql..", "javax.crypto..", NULLNESS);

    @ArchTest
    static final ArchRule onlyRouteAndServerAndWiringUseCamel = noClasses()
            .that()
            .resideOutsideOfPackages("dev.packhorse.route", "dev.packhorse.server", "dev.packhorse.gateway")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.camel..");

    @ArchTest
    static final ArchRule onlyTheServerUsesNetty = noClasses()
            .that()
            .resideOutsideOfPackage("dev.packhorse.server")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule nobodyKnowsTheWiring = noClasses()
            .that()
            .resideOutsideOfPackage("dev.packhorse.gateway")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.packhorse.gateway");

    @ArchTest
    static final ArchRule storesDoNotKnowEachOther = slices().matching("dev.packhorse.store.(*)..")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(alwaysTrue(), resideInAPackage("dev.packhorse.store.http"))
            .ignoreDependency(
                    resideInAnyPackage("dev.packhorse.store.s3", "dev.packhorse.store.gcs"),
                    resideInAPackage("dev.packhorse.store.object"));

    @ArchTest
    static final ArchRule whatStoresShareKnowsNone = noClasses()
            .that()
            .resideInAnyPackage("dev.packhorse.store.http", "dev.packhorse.store.object")
            .should()
            .dependOnClassesThat(resideInAPackage("dev.packhorse.store..")
                    .and(resideOutsideOfPackages("dev.packhorse.store.http", "dev.packhorse.store.object")));

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("dev.packhorse.(**)").should().beFreeOfCycles();
}
