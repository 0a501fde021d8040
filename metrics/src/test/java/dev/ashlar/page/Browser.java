package dev.ashlar.page;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.ScriptTimeoutException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A real Chromium without a window, with a profile of its own, driven by the chromedriver that is installed: nothing is downloaded. */
final class Browser implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** Says that it knows no DevTools of this version, which are not used. Loggers are held weakly. */
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

    static {
        SELENIUM.setLevel(Level.SEVERE);
    }

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** A program's file, if it is in the path. */
    static Optional<Path> program(String name) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Begins, of this size.
     *
     * @param profile an empty folder
     */
    static Browser start(Path profile, int width, int height) throws IOException {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(program("chromium").orElseThrow().toFile());
        options.addArguments(
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-dev-shm-usage",
                "--hide-scrollbars", "--user-data-dir=" + profile.toAbsolutePath(),
                "--window-size=" + width + "," + height);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        logs.enable(LogType.PERFORMANCE, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(program("chromedriver").orElseThrow().toFile())
                .usingAnyFreePort()
                .build();
        service.sendOutputTo(OutputStream.nullOutputStream());
        ChromeDriver driver = new ChromeDriver(service, options);
        Browser browser = new Browser(driver);
        driver.manage().timeouts().scriptTimeout(PATIENCE);
        browser.size(width, height);
        return browser;
    }

    /** Makes the page so large, whatever a window may be at least. */
    void size(int width, int height) {
        driver.manage().window().setSize(new Dimension(Math.max(500, width), height));
        command("Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    void scheme(String lightOrDark) {
        command("Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", lightOrDark))));
    }

    Map<String, Object> command(String name, Map<String, Object> parameters) {
        return driver.executeCdpCommand(name, parameters);
    }

    void open(URI uri) {
        driver.get(uri.toString());
    }

    ChromeDriver driver() {
        return driver;
    }

    WebElement find(String selector) {
        return driver.findElement(By.cssSelector(selector));
    }

    String text(String selector) {
        return find(selector).getText();
    }

    /** What a script says, whose last expression is its answer. */
    Object ask(String expression) {
        return driver.executeScript("return " + expression);
    }

    /** Waits until a script's expression is true, in the page itself. */
    void await(String expression) {
        try {
            driver.executeAsyncScript(
                    "const done = arguments[0]; const look = () => (%s) ? done() : setTimeout(look, 20); look();"
                            .formatted(expression));
        } catch (ScriptTimeoutException e) {
            throw new AssertionError(expression + ": never (expected: to become true)\n" + text("body"), e);
        }
    }

    /** Waits until so many further frames have come in. */
    void awaitFrames(int more) {
        await("Number(document.documentElement.dataset.frames) >= " + (frames() + more));
    }

    long frames() {
        return ((Number) ask("Number(document.documentElement.dataset.frames ?? 0)")).longValue();
    }

    /** What is in a log since it was last asked for. */
    List<String> log(String type) {
        return driver.manage().logs().get(type).getAll().stream().map(LogEntry::getMessage).toList();
    }

    byte[] picture() {
        return driver.getScreenshotAs(OutputType.BYTES);
    }

    @Override
    public void close() {
        driver.quit();
    }
}
