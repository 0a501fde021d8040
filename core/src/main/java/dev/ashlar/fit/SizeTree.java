package dev.ashlar.fit;

import dev.ashlar.block.Headers;

import static dev.ashlar.block.Links.left;
import static dev.ashlar.block.Links.next;
import static dev.ashlar.block.Links.parent;
import static dev.ashlar.block.Links.previous;
import static dev.ashlar.block.Links.right;
import static dev.ashlar.block.Links.setLeft;
import static dev.ashlar.block.Links.setNext;
import static dev.ashlar.block.Links.setParent;
import static dev.ashlar.block.Links.setPrevious;
import static dev.ashlar.block.Links.setRight;

/**
 * The bins with a range of sizes: in each, a binary trie over the bits of the size that the bin leaves open, so that the smallest
 * block that fits is found without looking at all of them.
 *
 * <p>Each size has one node; blocks of equal size hang on it in a ring. A node's own size is any that belongs below it, not the middle
 * (a digital search tree: Knuth, volume 3, section 6.3; Lea's malloc keeps its large chunks in such trees). At most
 * {@link Bins#openBits} steps, 16 for the largest region, lead from a root to a leaf, whatever the number of blocks.
 *
 * <pre>{@code
 *     roots[bin] -> node ------------- left: sizes with a 0 in the next open bit
 *                   | next/previous    right: sizes with a 1
 *                   ring of equals     (their parent link is NO_NODE)
 * }</pre>
 *
 * <p>{@link #remove} expects that {@link #check} passed. {@link #insert} checks what it follows before it writes anything.
 */
final class SizeTree {
    /** The parent link of a root; odd, so never a block's address. */
    private static final long ROOT = 1;

    /** The parent link of a block in a ring that is not the ring's node. */
    private static final long NO_NODE = 0;

    private final long[] roots;
    private final Headers headers;
    private final LinkCheck links;
    private long steps;

    SizeTree(long[] roots, Headers headers, LinkCheck links) {
        this.roots = roots;
        this.headers = headers;
        this.links = links;
    }

    void insert(int bin, long block, int units) {
        long node = roots[bin];
        if (node == 0) {
            roots[bin] = block;
            becomeLeaf(block, ROOT);
            return;
        }
        int path = firstStep(units);
        while (units(node) != units) {
            long child = child(node, path);
            if (child == 0) {
                setChild(node, path, block);
                becomeLeaf(block, node);
                return;
            }
            node = followDown(node, child);
            path <<= 1;
        }
        joinRing(node, block);
    }

    private void joinRing(long node, long block) {
        long after = next(node);
        if (after != node) {
            links.expect(after, "previous", previous(links.follow(node, "next", after)), node);
        }
        setNext(block, after);
        setPrevious(block, node);
        setParent(block, NO_NODE);
        setPrevious(after, block);
        setNext(node, block);
    }

    private static void becomeLeaf(long block, long parent) {
        setNext(block, block);
        setPrevious(block, block);
        setLeft(block, 0);
        setRight(block, 0);
        setParent(block, parent);
    }

    /**
     * Checks every link that {@link #remove} will follow.
     *
     * @throws dev.ashlar.HeapCorruptionException if one of them is damaged
     */
    void check(int bin, long block) {
        long next = next(block);
        long previous = previous(block);
        if (next != block || previous != block) {
            links.expect(next, "previous", previous(links.follow(block, "next", next)), block);
            links.expect(previous, "next", next(links.follow(block, "previous", previous)), block);
        }
        long parent = parent(block);
        if (parent == NO_NODE) {
            if (next == block) {
                throw links.damaged(block, "parent", parent, "a node above, as no other block is in its ring");
            }
            return;
        }
        if (parent == ROOT) {
            links.expect(block, "root of its bin", roots[bin], block);
        } else if (left(links.follow(block, "parent", parent)) != block && right(parent) != block) {
            throw links.damaged(block, "parent", parent, "a node with this block below it");
        }
        checkChild(block, left(block));
        checkChild(block, right(block));
        if (left(block) != 0 && left(block) == right(block)) {
            throw links.damaged(block, "left", left(block), "another one than 'right'");
        }
        if (next == block) {
            leafBelow(block);
        }
    }

    private void checkChild(long node, long child) {
        if (child != 0) {
            followDown(node, child);
        }
    }

    void remove(int bin, long block) {
        long next = next(block);
        long parent = parent(block);
        long heir = 0;
        if (next != block) {
            long previous = previous(block);
            setNext(previous, next);
            setPrevious(next, previous);
            if (parent == NO_NODE) {
                return;
            }
            heir = next;
        } else {
            heir = leafBelow(block);
            if (heir != 0) {
                replaceChild(bin, parent(heir), heir, 0);
            }
        }
        if (heir != 0) {
            adopt(heir, left(block), right(block));
            setParent(heir, parent);
        }
        replaceChild(bin, parent, block, heir);
    }

    private static void adopt(long node, long left, long right) {
        setLeft(node, left);
        if (left != 0) {
            setParent(left, node);
        }
        setRight(node, right);
        if (right != 0) {
            setParent(right, node);
        }
    }

    private void replaceChild(int bin, long parent, long child, long heir) {
        if (parent == ROOT) {
            roots[bin] = heir;
        } else if (left(parent) == child) {
            setLeft(parent, heir);
        } else {
            setRight(parent, heir);
        }
    }

    /** A leaf below a node: it can stand anywhere on the path to where it is. 0 if the node is a leaf itself. */
    private long leafBelow(long node) {
        long leaf = 0;
        long below = right(node) != 0 ? right(node) : left(node);
        while (below != 0) {
            leaf = followDown(leaf == 0 ? node : leaf, below);
            below = right(leaf) != 0 ? right(leaf) : left(leaf);
        }
        return leaf;
    }

    /** Any block of a bin that holds some, one that costs little to remove if there is a choice. */
    long any(int bin) {
        return preferRing(roots[bin]);
    }

    /** The smallest block of a bin with so many units at least, or 0: one walk down, and one along the left edge of what it passed. */
    long smallestAtLeast(int bin, int units) {
        long best = 0;
        int bestUnits = Integer.MAX_VALUE;
        long larger = 0;
        int path = firstStep(units);
        long node = roots[bin];
        while (node != 0) {
            steps++;
            int found = units(node);
            if (found >= units && found < bestUnits) {
                best = node;
                bestUnits = found;
                if (found == units) {
                    return preferRing(best);
                }
            }
            long right = right(node);
            if (path >= 0 && right != 0) {
                larger = followDown(node, right);
            }
            long child = child(node, path);
            node = child == 0 ? 0 : followDown(node, child);
            path <<= 1;
        }
        // Everything below 'larger' is large enough: its smallest is on its left edge.
        long smallest = larger == 0 ? 0 : smallestBelow(larger);
        if (smallest != 0 && units(smallest) < bestUnits) {
            best = smallest;
        }
        return best == 0 ? 0 : preferRing(best);
    }

    /** The smallest block of a bin that holds some. */
    long smallest(int bin) {
        return preferRing(smallestBelow(roots[bin]));
    }

    private long smallestBelow(long top) {
        long best = top;
        for (long node = top; node != 0; node = edge(node, true)) {
            steps++;
            if (units(node) < units(best)) {
                best = node;
            }
        }
        return best;
    }

    /** The largest block of a bin that holds some: it is on the right edge of its tree. */
    long largest(int bin) {
        return preferRing(largestNode(bin));
    }

    /** Its node. */
    long largestNode(int bin) {
        long best = roots[bin];
        for (long node = best; node != 0; node = edge(node, false)) {
            steps++;
            if (units(node) > units(best)) {
                best = node;
            }
        }
        return best;
    }

    /** Nodes that searches have looked at, ever. */
    long steps() {
        return steps;
    }

    private long edge(long node, boolean leftmost) {
        long near = leftmost ? left(node) : right(node);
        long child = near != 0 ? near : leftmost ? right(node) : left(node);
        return child == 0 ? 0 : followDown(node, child);
    }

    /** The one freed last among equals, which costs less to remove than their node. */
    private long preferRing(long node) {
        long next = next(node);
        if (next != node) {
            links.expect(next, "previous", previous(links.follow(node, "next", next)), node);
        }
        return next;
    }

    /** How many blocks a bin's tree holds, for the validator; checks each block's bin and its place on the path to it. */
    long count(int bin, long most) {
        return countBelow(bin, roots[bin], 0, 0, most);
    }

    private long countBelow(int bin, long node, int steps, int prefix, long most) {
        if (node == 0) {
            return 0;
        }
        int units = units(node);
        int path = steps == 0 ? 0 : firstStep(units) >>> (Integer.SIZE - steps);
        if (Bins.binOf(units) != bin || path != prefix || steps > Bins.openBits(units)) {
            throw links.damaged(node, "parent", parent(node), "a place in the tree of %d units".formatted(units));
        }
        long found = 0;
        long block = node;
        do {
            check(bin, block);
            if (units(block) != units) {
                throw links.damaged(node, "next", block, "a block of %d units".formatted(units));
            }
            found++;
            block = next(block);
        } while (block != node && found <= most);
        return found
                + countBelow(bin, left(node), steps + 1, prefix << 1, most)
                + countBelow(bin, right(node), steps + 1, prefix << 1 | 1, most);
    }

    private long followDown(long node, long child) {
        links.expect(child, "parent", parent(links.follow(node, "child", child)), node);
        return child;
    }

    private int units(long node) {
        return Headers.units(headers.word(node));
    }

    /** The open bits of a size, first one topmost, so that the sign decides each step. */
    private static int firstStep(int units) {
        return units << (Integer.SIZE - Bins.openBits(units));
    }

    private static long child(long node, int path) {
        return path < 0 ? right(node) : left(node);
    }

    private static void setChild(long node, int path, long block) {
        if (path < 0) {
            setRight(node, block);
        } else {
            setLeft(node, block);
        }
    }
}
