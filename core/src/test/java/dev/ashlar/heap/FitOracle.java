package dev.ashlar.heap;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

import dev.ashlar.BlockState;
import dev.ashlar.FitPolicy;

/**
 * Which addresses a request may get, by the definitions of the policies over a list of all free blocks. For heaps that merge at once: no
 * block waits.
 */
final class FitOracle {
    /**
     * What may be answered.
     *
     * @param addresses out of free blocks
     * @param mayGrow whether a new region, or a refusal, is right as well
     */
    record Expectation(Set<Long> addresses, boolean mayGrow) {}

    private static final int UNIT = 16;
    private static final int LISTED_ALONE = 64;
    private static final int BINS_A_DOUBLING = 32;

    private final long regionUnits;
    private long rover;

    FitOracle(long regionSize) {
        regionUnits = (regionSize - UNIT) / UNIT;
    }

    /** Where next fit goes on. */
    long rover() {
        return rover;
    }

    /** Sets {@link #rover}: to 0 when a policy is set, or back when the expected request was not made. */
    void rover(long address) {
        rover = address;
    }

    /**
     * What may be answered to a request that is about to be made, and will be.
     *
     * @param payloadBytes with what a guard takes
     * @param blocks from a walk
     */
    Expectation expect(FitPolicy policy, List<ValidatingHeap.Walked> blocks, long payloadBytes, long alignment) {
        long units = Math.max(2, (payloadBytes + 8 + UNIT - 1) / UNIT);
        if (units > regionUnits) {
            return new Expectation(Set.of(), true);
        }
        List<Free> free = blocks.stream()
                .filter(block -> block.state() == BlockState.FREE)
                .map(block -> new Free(block.address(), (block.usableBytes() + 8) / UNIT))
                .toList();
        List<Free> chosen = choose(policy, free, units);
        Set<Long> addresses = new TreeSet<>();
        boolean mayGrow = chosen.isEmpty();
        if (alignment <= UNIT) {
            chosen.forEach(block -> addresses.add(block.address));
            return new Expectation(addresses, mayGrow);
        }
        boolean unlucky = false;
        for (Free block : chosen) {
            long aligned = alignedIn(block.address, alignment);
            if (aligned + units * UNIT <= block.address + block.units * UNIT) {
                addresses.add(aligned);
            } else {
                unlucky = true;
            }
        }
        if (unlucky) {
            long wanted = units + alignment / UNIT + 1;
            List<Free> surely = wanted > regionUnits ? List.of() : choose(policy, free, wanted);
            surely.forEach(block -> addresses.add(alignedIn(block.address, alignment)));
            mayGrow = surely.isEmpty();
        }
        return new Expectation(addresses, mayGrow);
    }

    /** The blocks of which a policy may choose any. */
    private List<Free> choose(FitPolicy policy, List<Free> free, long wanted) {
        List<Free> fitting = select(free, block -> block.units >= wanted);
        if (fitting.isEmpty()) {
            return fitting;
        }
        return switch (policy) {
            case FIRST_FIT -> List.of(fitting.getFirst());
            case NEXT_FIT -> {
                List<Free> above = select(fitting, block -> block.address >= rover);
                Free next = above.isEmpty() ? fitting.getFirst() : above.getFirst();
                rover = next.address + wanted * UNIT;
                yield List.of(next);
            }
            case BEST_FIT -> least(fitting, block -> block.units);
            case WORST_FIT -> least(fitting, block -> -block.units);
            case SEGREGATED_FIT -> {
                List<Free> surely = select(fitting, block -> smallestOfBin(block.units) >= wanted);
                yield surely.isEmpty()
                        ? least(fitting, block -> block.units)
                        : least(surely, block -> smallestOfBin(block.units));
            }
            case ADAPTIVE -> throw new IllegalArgumentException("policy: ADAPTIVE (expected: the one in force)");
        };
    }

    private static List<Free> select(List<Free> blocks, Predicate<Free> predicate) {
        return blocks.stream().filter(predicate).toList();
    }

    private static List<Free> least(List<Free> blocks, ToLongFunction<Free> key) {
        long least = blocks.stream().mapToLong(key).min().orElseThrow();
        return select(blocks, block -> key.applyAsLong(block) == least);
    }

    /** The smallest size that shares a bin with this one. */
    private static long smallestOfBin(long units) {
        return units < LISTED_ALONE ? units : units & -(Long.highestOneBit(units) / BINS_A_DOUBLING);
    }

    private static long alignedIn(long block, long alignment) {
        long aligned = (block + alignment - 1) & -alignment;
        return aligned == block + UNIT ? aligned + alignment : aligned;
    }

    private record Free(long address, long units) {}
}
