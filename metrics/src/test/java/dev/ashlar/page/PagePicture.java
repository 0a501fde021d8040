package dev.ashlar.page;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

/** Makes a picture of a live page that is somewhere to be seen: for docs/images. By its name no test of the build, but run like one. See docs/map.md. */
class PagePicture {
    private static final String ARGUMENTS = "ashlar.picture";

    /** By Maven, which has the class path. */
    @Test
    void draw() throws IOException {
        main(System.getProperty(ARGUMENTS, "").split(" ", -1));
    }

    /**
     * Takes a picture of the page when it has been open for some frames.
     *
     * @param arguments the page's address, {@code light} or {@code dark}, width, height (0: all of the page), how many frames, and the file
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 6) {
            throw new IllegalArgumentException(
                    List.of(arguments) + " (expected: URL light|dark WIDTH HEIGHT FRAMES FILE)");
        }
        int width = Integer.parseInt(arguments[2]);
        int height = Integer.parseInt(arguments[3]);
        Path profile = Files.createTempDirectory("ashlar-page");
        try (Browser browser = Browser.start(profile, width, Math.max(800, height))) {
            browser.scheme(arguments[1]);
            browser.open(URI.create(arguments[0]));
            browser.awaitFrames(Integer.parseInt(arguments[4]));
            if (height == 0) {
                browser.size(width, ((Number) browser.ask("document.documentElement.scrollHeight")).intValue());
                browser.awaitFrames(1);
            }
            Files.write(Path.of(arguments[5]), browser.picture());
        } finally {
            delete(profile);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
