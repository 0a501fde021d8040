package dev.ashlar.metrics;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import javax.imageio.ImageIO;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

/**
 * Makes a picture of the dashboard over a program that runs and serves its meters: for docs/images. By its name no test of the build, but run like one. See
 * metrics/dashboards/README.md.
 */
class DashboardPicture {
    private static final String ARGUMENTS = "ashlar.picture";
    private static final int LAST = 5;
    /** What the first rates need. */
    private static final int BEGUN_SECONDS = 5;

    /** By Maven, which has the class path. */
    @Test
    void draw() throws IOException, InterruptedException {
        main(System.getProperty(ARGUMENTS, "").split(" ", LAST + 1));
    }

    /**
     * Scrapes for a while, and draws.
     *
     * @param arguments the address of the meters on this machine, the pool, for how many seconds, the dashboard, the file, and the titles of rows,
     *     separated by commas
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length != LAST + 1) {
            throw new IllegalArgumentException(
                    List.of(arguments) + " (expected: URL POOL SECONDS DASHBOARD FILE ROW,...)");
        }
        Path dashboard = Path.of(arguments[3]);
        JsonNode panels = new ObjectMapper().readTree(dashboard.toFile()).path("panels");
        long begin = System.currentTimeMillis() / 1000;
        try (PrometheusServer prometheus = PrometheusServer.start(
                Files.createTempDirectory("dashboard"),
                URI.create(arguments[0]).getPort(),
                dashboard.resolveSibling("ashlar-alerts.yml"))) {
            Thread.sleep(1000L * Integer.parseInt(arguments[2]));
            DashboardDrawing drawing = new DashboardDrawing(
                    prometheus, arguments[1], begin + BEGUN_SECONDS, System.currentTimeMillis() / 1000);
            ImageIO.write(drawing.draw(panels, Set.of(arguments[LAST].split(",", -1))), "png",
                    Path.of(arguments[4]).toFile());
        }
    }
}
