package dev.ashlar;

/**
 * What fragmentation costs the requests of one size: how many of them the free blocks could serve, against how many they could if
 * they were one piece.
 *
 * @param payloadBytes of the requests
 * @param servable how many the free blocks of partly used regions could serve as they are
 * @param servableInOnePiece how many they could if they were one block
 */
public record SizeClassFragmentation(long payloadBytes, long servable, long servableInOnePiece) {
    /** 0 if fragmentation costs nothing, 1 if nothing of this size can be served though there is room for it. */
    public double fragmentation() {
        return servableInOnePiece == 0 ? 0 : 1 - (double) servable / servableInOnePiece;
    }
}
