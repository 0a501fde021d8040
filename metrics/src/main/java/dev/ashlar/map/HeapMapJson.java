package dev.ashlar.map;

import java.io.IOException;
import java.io.StringWriter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.ashlar.HeapStatistics;
import dev.ashlar.MemoryState;
import org.jspecify.annotations.Nullable;

/**
 * A map as JSON.
 *
 * <pre>{@code
 * {"pool", "time", "policy", "capacity", "regionBytes", "columnBytes", "committed", "tables", "fragmentation", "largestFree",
 *  "states": [name], "totals": [bytes by state],
 *  "freeSizes": [{"from", "blocks", "bytes"}],
 *  "strips": [{"first", "regions", "committed", "arenas": [number], "cells": [[columns alike, state, bytes, mean block, ...]]}]}
 * }</pre>
 */
final class HeapMapJson {
    /** Whole in a script element: what could end it is written as a number. */
    private static final class Escapes extends CharacterEscapes {
        private static final long serialVersionUID = 1;

        @Override
        public int[] getEscapeCodesForAscii() {
            int[] codes = standardAsciiEscapesForJSON();
            for (char c : new char[] {'<', '>', '&', '\''}) {
                codes[c] = ESCAPE_STANDARD;
            }
            return codes;
        }

        @Override
        public @Nullable SerializableString getEscapeSequence(int ch) {
            return new SerializedString("\\u%04x".formatted(ch));
        }
    }

    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .characterEscapes(new Escapes())
            .build();

    private HeapMapJson() {}

    static void write(HeapMap map, Appendable out) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            write(map, json);
        }
        out.append(text.getBuffer());
    }

    private static void write(HeapMap map, JsonGenerator json) throws IOException {
        HeapStatistics memory = map.statistics().memory();
        json.writeStartObject();
        json.writeStringField("pool", map.pool());
        json.writeStringField("time", map.time().toString());
        json.writeStringField("policy", map.policy().name());
        json.writeNumberField("capacity", memory.capacityBytes());
        json.writeNumberField("regionBytes", map.regionBytes());
        json.writeNumberField("columnBytes", map.columnBytes());
        json.writeNumberField("committed", map.committedBytes());
        json.writeNumberField("tables", map.tableBytes());
        json.writeNumberField("fragmentation", Math.round(map.fragmentation() * 10_000) / 10_000.0);
        json.writeNumberField("largestFree", memory.largestFreeBytes());
        json.writeArrayFieldStart("states");
        for (MemoryState state : MemoryState.values()) {
            json.writeString(state.name());
        }
        json.writeEndArray();
        json.writeArrayFieldStart("totals");
        for (MemoryState state : MemoryState.values()) {
            json.writeNumber(map.bytes(state));
        }
        json.writeEndArray();
        json.writeArrayFieldStart("freeSizes");
        for (FreeSizes sizes : map.freeSizes()) {
            json.writeStartObject();
            json.writeNumberField("from", sizes.fromBytes());
            json.writeNumberField("blocks", sizes.blocks());
            json.writeNumberField("bytes", sizes.bytes());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("strips");
        for (MapStrip strip : map.strips()) {
            write(strip, json);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(MapStrip strip, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeNumberField("first", strip.firstRegion());
        json.writeNumberField("regions", strip.regions());
        json.writeNumberField("committed", strip.committedRegions());
        json.writeArrayFieldStart("arenas");
        for (int arena : strip.arenas()) {
            json.writeNumber(arena);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("cells");
        for (int column = 0; column < strip.columns();) {
            int alike = 1;
            while (column + alike < strip.columns() && strip.stateBytes().equal(column, column + alike)) {
                alike++;
            }
            writeColumn(strip, column, alike, json);
            column += alike;
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    @SuppressWarnings("EnumOrdinal") // The numbers are those of "states", in the same object.
    private static void writeColumn(MapStrip strip, int column, int alike, JsonGenerator json) throws IOException {
        json.writeStartArray();
        json.writeNumber(alike);
        for (MemoryState state : MemoryState.values()) {
            long bytes = strip.bytes(column, state);
            if (bytes != 0) {
                json.writeNumber(state.ordinal());
                json.writeNumber(bytes);
                json.writeNumber(strip.meanBlockBytes(column, state));
            }
        }
        json.writeEndArray();
    }
}
