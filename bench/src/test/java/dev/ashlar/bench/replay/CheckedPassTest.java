package dev.ashlar.bench.replay;

import java.util.ArrayList;
import java.util.List;

import dev.ashlar.bench.memory.Memory;
import org.junit.jupiter.api.Test;

import static dev.ashlar.bench.replay.Messages.assertSays;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class CheckedPassTest {
    /** Blocks 0 to 3: allocate 0, 1, 2 aligned; resize 1; free 0; allocate 3; free 2. Blocks 1 and 3 are live at the end. */
    private static final FlatTrace TRACE = trace();

    private static final int EVENTS = 7;
    private static final int ALLOCATE_1 = 1;
    private static final int ALLOCATE_2_ALIGNED = 2;
    private static final int RESIZE_1 = 3;
    private static final int FREE_0 = 4;
    private static final int ALLOCATE_3 = 5;
    private static final int FREE_2 = 6;

    @Test
    void run_soundAllocator_passes() {
        assertDoesNotThrow(() -> check(new BumpAllocator()));
    }

    @Test
    void run_blocksOverlap_failsAtTheSecondsAllocation() {
        assertFails(ALLOCATE_3, "overlaps block 1 of 120 bytes", new BumpAllocator() {
            private long address1;

            @Override
            public long resize(int block, long address, long byteSize) {
                address1 = super.resize(block, address, byteSize);
                return address1;
            }

            @Override
            public long allocate(int block, long byteSize) {
                return block == 3 ? address1 + 112 : super.allocate(block, byteSize);
            }
        });
    }

    @Test
    void run_emptyBlocksAtOneAddress_failsAtTheSecond() {
        FlatTrace.Builder builder = new FlatTrace.Builder(2);
        builder.allocate(0);
        builder.allocate(0);
        ReplayAllocator sameAddress = new BumpAllocator() {
            @Override
            public long allocate(int block, long byteSize) {
                return super.allocate(block, byteSize) & -4096;
            }
        };

        CheckFailedException e = assertThrows(
                CheckFailedException.class,
                () -> new CheckedPass(builder.build(), sameAddress, false, CheckedPass.NEVER).run());

        assertEquals(1, e.event(), e.getMessage());
    }

    @Test
    void run_misalignedBlock_failsAtItsAllocation() {
        assertFails(ALLOCATE_1, "a multiple of 16", new BumpAllocator() {
            @Override
            public long allocate(int block, long byteSize) {
                return super.allocate(block, byteSize) + (block == 1 ? 8 : 0);
            }
        });
    }

    @Test
    void run_alignedBlockOfLessAlignment_failsAtItsAllocation() {
        assertFails(ALLOCATE_2_ALIGNED, "a multiple of 256", new BumpAllocator() {
            @Override
            public long allocateAligned(int block, long byteSize, long alignment) {
                return super.allocateAligned(block, byteSize, alignment) + (alignment == 256 ? 128 : 0);
            }
        });
    }

    @Test
    void run_nullAddress_failsAtItsAllocation() {
        assertFails(ALLOCATE_1, "address 0x0", new BumpAllocator() {
            @Override
            public long allocate(int block, long byteSize) {
                return block == 1 ? 0 : super.allocate(block, byteSize);
            }
        });
    }

    @Test
    void run_resizeMisaligned_failsAtTheResize() {
        assertFails(RESIZE_1, "a multiple of 16", new BumpAllocator() {
            @Override
            public long resize(int block, long address, long byteSize) {
                return super.resize(block, address, byteSize) + 4;
            }
        });
    }

    @Test
    void run_resizeLosesTheLastKeptByte_failsAtTheResize() {
        assertFails(RESIZE_1, "byte 79 of 80", new BumpAllocator() {
            @Override
            public long resize(int block, long address, long byteSize) {
                long newAddress = super.resize(block, address, byteSize);
                damage(newAddress + 79);
                return newAddress;
            }
        });
    }

    @Test
    void run_contentsDamaged_failsAtTheFree() {
        assertFails(FREE_0, "byte 99 of 100", new BumpAllocator() {
            private long address0;

            @Override
            public long allocate(int block, long byteSize) {
                long address = super.allocate(block, byteSize);
                address0 = block == 0 ? address : address0;
                return address;
            }

            @Override
            public long resize(int block, long address, long byteSize) {
                damage(address0 + 99);
                return super.resize(block, address, byteSize);
            }
        });
    }

    @Test
    void run_contentsDamagedBeforeAResize_failsAtTheResize() {
        assertFails(RESIZE_1, "byte 0 of 80", new BumpAllocator() {
            private long address1;

            @Override
            public long allocate(int block, long byteSize) {
                address1 = super.allocate(block, byteSize);
                return address1;
            }

            @Override
            public long allocateAligned(int block, long byteSize, long alignment) {
                if (block == 2) {
                    damage(address1);
                }
                return super.allocateAligned(block, byteSize, alignment);
            }
        });
    }

    @Test
    void run_survivorDamaged_failsAfterTheLastEvent() {
        assertFails(EVENTS, "block 3", new BumpAllocator() {
            private long address3;

            @Override
            public long allocate(int block, long byteSize) {
                address3 = super.allocate(block, byteSize);
                return address3;
            }

            @Override
            public void free(int block, long address) {
                if (block == 2) {
                    damage(address3 + 5);
                }
            }
        });
    }

    @Test
    void run_allocatorThrows_failsAtThatEvent() {
        assertFails(FREE_2, "refused", new BumpAllocator() {
            @Override
            public void free(int block, long address) {
                if (block == 2) {
                    throw new IllegalStateException("refused");
                }
            }
        });
    }

    @Test
    void run_validationFails_failsAtTheEventAfterWhichItWasDue() {
        CheckFailedException e = assertThrows(
                CheckFailedException.class, () -> new CheckedPass(TRACE, failingValidation(), false, 3).run());

        assertEquals(2, e.event(), e.getMessage());
    }

    @Test
    void run_verifyWithoutInterval_validatesAfterTheLastEvent() {
        CheckFailedException e = assertThrows(
                CheckFailedException.class,
                () -> new CheckedPass(TRACE, failingValidation(), true, CheckedPass.NEVER).run());

        assertEquals(EVENTS, e.event(), e.getMessage());
    }

    @Test
    void run_verifyWithInterval_auditsThenAndTwiceAtTheEnd() throws CheckFailedException {
        List<Long> liveAtAudits = new ArrayList<>();
        ReplayAllocator allocator = new BumpAllocator() {
            @Override
            public void audit(LiveBlockModel expected) {
                liveAtAudits.add(expected.liveBlocks());
            }
        };

        new CheckedPass(TRACE, allocator, true, 2).run();

        assertEquals(List.of(2L, 3L, 3L, 2L, 0L), liveAtAudits);
    }

    private static FlatTrace trace() {
        FlatTrace.Builder builder = new FlatTrace.Builder(EVENTS);
        int block0 = builder.allocate(100);
        int block1 = builder.allocate(80);
        int block2 = builder.allocateAligned(50, 256);
        builder.resize(block1, 120);
        builder.free(block0);
        builder.allocate(70);
        builder.free(block2);
        return builder.build();
    }

    private static ReplayAllocator failingValidation() {
        return new BumpAllocator() {
            @Override
            public void validate() {
                throw new IllegalStateException("damaged");
            }
        };
    }

    private static void check(ReplayAllocator allocator) throws CheckFailedException {
        try (allocator) {
            new CheckedPass(TRACE, allocator, false, CheckedPass.NEVER).run();
        }
    }

    private static void assertFails(int event, String messagePart, ReplayAllocator allocator) {
        CheckFailedException e = assertThrows(CheckFailedException.class, () -> check(allocator));
        assertEquals(event, e.event(), e.getMessage());
        assertSays(messagePart, e);
    }

    private static void damage(long address) {
        Memory.putByte(address, (byte) (Memory.getByte(address) ^ 0x40));
    }
}
