package dev.ashlar.space.volume;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Extents that a {@link VolumeSet} holds for a caller. It is what is freed, whole or by piece, and what another request can be beside. It is known by
 * identity; to keep it beyond the process keep its {@link #layout()}, and {@link VolumeSet#restore} that.
 */
public final class Placement {
    private final Layout layout;

    /** The pieces that have not been freed, in the layout's order. Guarded by the lock of the set. */
    final Set<Piece> live;

    Placement(Layout layout) {
        this.layout = layout;
        this.live = new LinkedHashSet<>(layout.pieces().toList());
    }

    /** Where it was placed, whatever has been freed since. */
    public Layout layout() {
        return layout;
    }

    /** The pieces of its layout. */
    @Override
    public String toString() {
        return "placement " + layout.pieces().toList();
    }
}
