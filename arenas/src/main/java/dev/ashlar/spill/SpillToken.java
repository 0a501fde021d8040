package dev.ashlar.spill;

/**
 * Stands for contents that a {@link SpillStore} keeps. Offset and checksum are the store's affair; the number alone is the token's object-free form, which
 * {@link SpillStore#token} makes a token of again, as long as the store is open.
 *
 * @param number more than 0; no other token of the store ever has it, nor one of another store that is open
 * @param byteSize of the contents
 */
public record SpillToken(long number, long byteSize) {
    /** As messages name it. */
    @Override
    public String toString() {
        return "token 0x%x of %d bytes".formatted(number, byteSize);
    }
}
