package dev.ashlar.sites;

import java.io.IOException;
import java.io.Writer;
import java.util.TreeSet;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

/** Writes call sites as JSON. The keys are documented in {@code docs/jfr.md} and stay: programs read them. */
public final class SitesJson {
    private SitesJson() {}

    /**
     * Writes the sites and a line break, and leaves the writer open.
     *
     * @param sites to write
     * @param allocated whether they are in the order of what was allocated, and not of what is live
     * @param top how many sites at most
     * @param out where to
     * @throws IOException if the writer throws it
     */
    public static void write(CallSites sites, boolean allocated, int top, Writer out) throws IOException {
        JsonFactory factory = new JsonFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        try (JsonGenerator json = factory.createGenerator(out)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeArrayFieldStart("pools");
            for (String pool : new TreeSet<>(sites.pools())) {
                json.writeString(pool);
            }
            json.writeEndArray();
            json.writeNumberField("liveBytes", sites.bytes(false));
            json.writeNumberField("liveSamples", sites.samples(false));
            json.writeNumberField("allocatedBytes", sites.bytes(true));
            json.writeNumberField("allocatedSamples", sites.samples(true));
            json.writeArrayFieldStart("sites");
            for (Site site : sites.sites(allocated).stream().limit(top).toList()) {
                json.writeStartObject();
                json.writeStringField("site", site.name());
                json.writeNumberField("liveBytes", site.liveBytes());
                json.writeNumberField("liveSamples", site.liveSamples());
                json.writeNumberField("allocatedBytes", site.allocatedBytes());
                json.writeNumberField("allocatedSamples", site.allocatedSamples());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.write('\n');
        out.flush();
    }
}
