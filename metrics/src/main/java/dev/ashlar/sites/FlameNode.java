package dev.ashlar.sites;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A method of a flame graph, with the bytes allocated in it and in what it called; {@code bytes >= sum of the callees' bytes}. */
final class FlameNode {
    private final String name;
    private final Map<String, FlameNode> callees = new TreeMap<>();
    private long bytes;

    FlameNode(String name) {
        this.name = name;
    }

    /** Adds a stack, the outermost method first. */
    void add(List<String> methods, long more) {
        FlameNode node = this;
        node.bytes += more;
        for (String method : methods) {
            node = node.callees.computeIfAbsent(method, FlameNode::new);
            node.bytes += more;
        }
    }

    String name() {
        return name;
    }

    long bytes() {
        return bytes;
    }

    /** In alphabetical order, so that two graphs can be compared. */
    Collection<FlameNode> callees() {
        return callees.values();
    }
}
