/** Ashlar's concurrent pool: arenas, caches, scopes and budgets. */
module dev.ashlar.arenas {
    requires transitive dev.ashlar.core;
    requires jdk.jfr;
    requires org.jctools.core.jdk11;
    requires static transitive org.jspecify;

    exports dev.ashlar.arenas;
    exports dev.ashlar.spill;

    uses dev.ashlar.arenas.PoolListener;
}
