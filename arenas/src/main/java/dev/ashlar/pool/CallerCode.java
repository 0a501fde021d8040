package dev.ashlar.pool;

import dev.ashlar.BlockState;
import dev.ashlar.BlockVisitor;
import dev.ashlar.MemoryState;
import dev.ashlar.RegionState;
import dev.ashlar.RegionVisitor;
import dev.ashlar.lock.LockRank;

/**
 * Visitors of callers, which are called with an arena's lock held. They must not come back to the pool that is walked, but may use others, whose locks have nothing to do
 * with this one's: so what the thread has is set aside meanwhile.
 */
final class CallerCode {
    private CallerCode() {}

    static BlockVisitor of(BlockVisitor visitor) {
        return (address, usableBytes, state) -> visit(visitor, address, usableBytes, state);
    }

    private static void visit(BlockVisitor visitor, long address, long usableBytes, BlockState state) {
        assert LockRank.setAside();
        try {
            visitor.visit(address, usableBytes, state);
        } finally {
            assert LockRank.takeUp();
        }
    }

    static RegionVisitor of(RegionVisitor visitor) {
        return new Regions(visitor);
    }

    private record Regions(RegionVisitor visitor) implements RegionVisitor {
        @Override
        public void region(int number, long address, long tableBytes, RegionState state, int arena) {
            assert LockRank.setAside();
            try {
                visitor.region(number, address, tableBytes, state, arena);
            } finally {
                assert LockRank.takeUp();
            }
        }

        @Override
        public void block(long address, long usableBytes, MemoryState state) {
            assert LockRank.setAside();
            try {
                visitor.block(address, usableBytes, state);
            } finally {
                assert LockRank.takeUp();
            }
        }

        @Override
        public void piece(long address, long bytes, MemoryState state) {
            assert LockRank.setAside();
            try {
                visitor.piece(address, bytes, state);
            } finally {
                assert LockRank.takeUp();
            }
        }
    }
}
