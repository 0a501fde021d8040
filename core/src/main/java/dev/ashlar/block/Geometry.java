package dev.ashlar.block;

/**
 * The reservation as an address range cut into regions: which addresses can be a block's, and which region a block is in.
 *
 * <p>A block belongs to the region that its header lies in. The distinction matters for one block only: a span whose payload is
 * aligned to a region's start has its header at the end of the region before.
 *
 * @param base address of the first region, a multiple of the region size
 * @param regionShift log2 of the region size
 * @param regionCount how many regions there are
 */
public record Geometry(long base, int regionShift, int regionCount) {

    /** Bytes of all regions. */
    public long byteSize() {
        return (long) regionCount << regionShift;
    }

    /** Bytes of one region. */
    public long regionBytes() {
        return 1L << regionShift;
    }

    /** Units of the block that takes a whole region. */
    public int regionUnits() {
        return (int) ((regionBytes() - BlockLayout.EDGE_BYTES) >>> BlockLayout.UNIT_SHIFT);
    }

    /** Whether a block's payload may begin here: inside the range, behind a header, on a unit's boundary. */
    public boolean isBlockAddress(long address) {
        long offset = address - base;
        return (offset & (BlockLayout.UNIT_BYTES - 1)) == 0
                && offset - BlockLayout.FIRST_PAYLOAD_OFFSET >= 0
                && offset < byteSize();
    }

    /** Whether the address lies in any region. */
    public boolean contains(long address) {
        return Long.compareUnsigned(address - base, byteSize()) < 0;
    }

    /** The region of a block, or of a sentinel: the one its header lies in. */
    public int regionOf(long block) {
        return (int) ((block - BlockLayout.HEADER_BYTES - base) >>> regionShift);
    }

    /** The region that an address lies in. */
    public int regionAt(long address) {
        return (int) ((address - base) >>> regionShift);
    }

    /** Address of a region's first byte. */
    public long regionStart(int region) {
        return base + ((long) region << regionShift);
    }

    /** Address behind a region's last byte; its sentinel is named by it. */
    public long regionEnd(int region) {
        return regionStart(region) + regionBytes();
    }

    /** Payload address of the first block of a region that no span reaches into. */
    public long firstBlock(int region) {
        return regionStart(region) + BlockLayout.FIRST_PAYLOAD_OFFSET;
    }

    /** An address as messages name it: absolute, with its region and the offset in it. */
    public String describe(long address) {
        if (!contains(address)) {
            return "0x%x (outside of the heap's range 0x%x to 0x%x)".formatted(address, base, base + byteSize());
        }
        int region = regionAt(address);
        return "0x%x (region %d, offset 0x%x)".formatted(address, region, address - regionStart(region));
    }
}
