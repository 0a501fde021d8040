package dev.ashlar.pool;

import dev.ashlar.block.Geometry;
import dev.ashlar.event.RegionCommitted;
import dev.ashlar.event.RegionReleased;
import dev.ashlar.region.RegionListener;
import dev.ashlar.region.Regions;

/** Writes what happens to a pool's regions to Flight Recorder. */
record RegionEvents(String poolName, Geometry geometry, Regions regions) implements RegionListener {
    @Override
    public void committed(int first, int count, int owner) {
        RegionCommitted.write(
                poolName, owner, geometry.regionStart(first), count, count * regions.committedBytesEach());
    }

    @Override
    public void released(int region) {
        RegionReleased.write(poolName, geometry.regionStart(region), regions.committedBytesEach());
    }
}
