package dev.ashlar.space.volume;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What a request continues, leg by leg: the rooms and domains that a leg is in, and where it ends. Immutable. */
final class Prior {
    private final BitSet[] rooms;
    private final BitSet[] domains;
    private final int[] lastRoom;
    private final long[] lastEnd;

    /** {@code usable} are the rooms by their index in the problem; {@code all} those of the set. */
    Prior(Layout layout, List<Room> usable, Map<String, Room> all, Domains partition) {
        int legs = layout.legs().size();
        this.rooms = new BitSet[legs];
        this.domains = new BitSet[legs];
        this.lastRoom = new int[legs];
        this.lastEnd = new long[legs];
        for (int leg = 0; leg < legs; leg++) {
            rooms[leg] = new BitSet();
            domains[leg] = new BitSet();
            for (Piece piece : layout.legs().get(leg).pieces()) {
                Room room = Objects.requireNonNull(all.get(piece.source()), piece.source());
                int index = usable.indexOf(room);
                lastRoom[leg] = index;
                lastEnd[leg] = piece.end();
                domains[leg].set(partition.of(room));
                if (index != Problem.NONE) {
                    rooms[leg].set(index);
                }
            }
        }
    }

    /** The rooms that may be used and that the leg is in. */
    BitSet rooms(int leg) {
        return (BitSet) rooms[leg].clone();
    }

    /** The domains that the leg is in, be it in rooms that may not be used any more. */
    BitSet domains(int leg) {
        return (BitSet) domains[leg].clone();
    }

    /** The room of the leg's last piece, or {@link Problem#NONE} if that may not be used. */
    int lastRoom(int leg) {
        return lastRoom[leg];
    }

    /** Where the leg's last piece ends. */
    long lastEnd(int leg) {
        return lastEnd[leg];
    }
}
