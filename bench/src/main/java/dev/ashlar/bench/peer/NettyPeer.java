package dev.ashlar.bench.peer;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;

/** Direct buffers of a Netty allocator. It has no aligned request: a caller who needs one asks for so many bytes more. */
final class NettyPeer implements Peer {
    private final ByteBufAllocator allocator;

    private NettyPeer(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    static Peer pooled() {
        return new NettyPeer(new PooledByteBufAllocator(true));
    }

    static Peer adaptive() {
        return new NettyPeer(new AdaptiveByteBufAllocator(true));
    }

    @Override
    public Blocks newBlocks(int slotCount) {
        return new BufferBlocks(slotCount);
    }

    @Override
    public Worker newWorker() {
        return new BufferWorker(allocator);
    }

    @Override
    public void close() {}

    private static final class BufferBlocks extends ObjectBlocks<ByteBuf> {
        BufferBlocks(int slotCount) {
            super(slotCount, ByteBuf.class);
        }

        @Override
        public long address(int slot) {
            return get(slot).memoryAddress();
        }

        @Override
        public byte readByte(int slot, long offset) {
            return get(slot).getByte((int) offset);
        }

        @Override
        public void writeByte(int slot, long offset, byte value) {
            get(slot).setByte((int) offset, value);
        }

        @Override
        public long readLong(int slot, long offset) {
            return get(slot).getLongLE((int) offset);
        }

        @Override
        public void writeLong(int slot, long offset, long value) {
            get(slot).setLongLE((int) offset, value);
        }

        @Override
        public void fill(int slot, long byteSize, byte value) {
            ByteBuf buffer = get(slot);
            long eight = (value & 0xFFL) * 0x0101_0101_0101_0101L;
            int at = 0;
            for (; at + Long.BYTES <= byteSize; at += Long.BYTES) {
                buffer.setLongLE(at, eight);
            }
            for (; at < byteSize; at++) {
                buffer.setByte(at, value);
            }
        }
    }

    private static final class BufferWorker implements Worker {
        private final ByteBufAllocator allocator;

        BufferWorker(ByteBufAllocator allocator) {
            this.allocator = allocator;
        }

        @Override
        public void allocate(Blocks blocks, int slot, long byteSize) {
            int capacity = Math.toIntExact(byteSize);
            ((BufferBlocks) blocks).put(slot, allocator.directBuffer(capacity, Integer.MAX_VALUE));
        }

        @Override
        public void allocateAligned(Blocks blocks, int slot, long byteSize, long alignment) {
            allocate(blocks, slot, byteSize + alignment);
        }

        @Override
        public void resize(Blocks blocks, int slot, long byteSize) {
            ((BufferBlocks) blocks).get(slot).capacity(Math.toIntExact(byteSize));
        }

        @Override
        public void free(Blocks blocks, int slot) {
            ((BufferBlocks) blocks).take(slot).release();
        }

        @Override
        public void close() {}
    }
}
