package dev.ashlar.bench.workload;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import dev.ashlar.bench.peer.Blocks;

/**
 * A query engine's tasks, one after the other on each thread. A task puts small keys under a hash table that doubles, fills column
 * buffers that live as long as itself, and writes a few large sort runs, which the next thread frees in another order.
 *
 * <p>Where the allocator has scopes, a task's columns come from one, which is closed with the task.
 */
final class Engine implements Workload {
    private static final int KEYS = 20_000;
    private static final int MIN_KEY_BYTES = 16;
    private static final int MAX_KEY_BYTES = 64;
    private static final int FIRST_TABLE_SLOTS = 1024;
    private static final int COLUMNS = 24;
    private static final int MIN_COLUMN_BYTES = 64 << 10;
    private static final int MAX_COLUMN_BYTES = 1 << 20;
    private static final int RUNS = 3;
    private static final int MIN_RUN_BYTES = 16 << 20;
    private static final int MAX_RUN_BYTES = 128 << 20;
    private static final int PAGE_BYTES = 4096;

    @Override
    public void run(Stage stage) throws InterruptedException {
        Mailboxes mailboxes = new Mailboxes(stage.threads());
        stage.inThreads(stage.threads(), (index, hand) -> {
            Randomness random = stage.randomness(index);
            do {
                new Task(stage, hand, random).run(index, mailboxes);
            } while (!stage.isOver());
        });
        mailboxes.freeLeft(stage);
    }

    /** One task on one thread. */
    private static final class Task {
        private final Stage stage;
        private final Hand hand;
        private final Randomness random;

        Task(Stage stage, Hand hand, Randomness random) {
            this.stage = stage;
            this.hand = hand;
            this.random = random;
        }

        void run(int thread, Mailboxes mailboxes) {
            Blocks keys = stage.newBlocks(stage.scaled(KEYS));
            Blocks table = stage.newBlocks(2);
            byte[] keyBytes = new byte[keys.slotCount()];
            buildTable(keys, keyBytes, table);
            if (stage.peer().hasScopes()) {
                try (Arena scope = stage.peer().openScope()) {
                    columnsInScope(scope);
                }
            } else {
                columns();
            }
            sortRuns(thread, mailboxes);
            verify(keys, keyBytes);
            hand.freeAll(table);
            hand.freeAll(keys);
            mailboxes.freeReceived(thread, hand);
        }

        /** The table's block is replaced by one of twice the size whenever it is half full. */
        private void buildTable(Blocks keys, byte[] keyBytes, Blocks table) {
            int tableSlots = FIRST_TABLE_SLOTS;
            hand.allocate(table, 0, (long) tableSlots * Long.BYTES);
            for (int key = 0; key < keys.slotCount(); key++) {
                int byteSize = random.between(MIN_KEY_BYTES, MAX_KEY_BYTES);
                keyBytes[key] = (byte) byteSize;
                hand.allocate(keys, key, byteSize);
                keys.writeLong(key, 0, key);
                keys.writeByte(key, byteSize - 1, (byte) (key + byteSize));
                if (key * 2 == tableSlots) {
                    tableSlots *= 2;
                    hand.allocate(table, 1, (long) tableSlots * Long.BYTES);
                    table.fill(1, (long) tableSlots * Long.BYTES, (byte) 0);
                    hand.free(table, 0);
                    table.move(1, table, 0);
                }
                table.writeLong(0, (long) random.below(tableSlots) * Long.BYTES, keys.address(key));
            }
        }

        private void columns() {
            Blocks columns = stage.newBlocks(COLUMNS);
            for (int column = 0; column < COLUMNS; column++) {
                int byteSize = columnBytes();
                hand.allocate(columns, column, byteSize);
                columns.fill(column, byteSize, (byte) column);
            }
            hand.freeAll(columns);
        }

        private void columnsInScope(Arena scope) {
            for (int column = 0; column < COLUMNS; column++) {
                MemorySegment segment = scope.allocate(columnBytes(), Long.BYTES);
                segment.fill((byte) column);
                segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
            }
        }

        private int columnBytes() {
            return random.between(stage.scaled(MIN_COLUMN_BYTES), stage.scaled(MAX_COLUMN_BYTES));
        }

        /** Written in one order, handed on in another. */
        private void sortRuns(int thread, Mailboxes mailboxes) {
            Blocks runs = stage.newBlocks(RUNS);
            for (int run = 0; run < RUNS; run++) {
                int slot = (run * 2 + 1) % RUNS;
                int byteSize = random.between(stage.scaled(MIN_RUN_BYTES), stage.scaled(MAX_RUN_BYTES));
                hand.allocate(runs, slot, byteSize);
                for (int offset = 0; offset < byteSize; offset += PAGE_BYTES) {
                    runs.writeByte(slot, offset, (byte) run);
                }
            }
            mailboxes.sendToNext(thread, runs);
        }

        private void verify(Blocks keys, byte[] keyBytes) {
            for (int key = 0; key < keys.slotCount() && stage.keepsContents(); key++) {
                long found = keys.readLong(key, 0);
                if (found != key) {
                    throw new ContentsException("engine: key " + key, found, key);
                }
                byte last = keys.readByte(key, keyBytes[key] - 1);
                byte expected = (byte) (key + keyBytes[key]);
                if (last != expected) {
                    throw new ContentsException("engine: last byte of key " + key, last, expected);
                }
            }
        }
    }
}
