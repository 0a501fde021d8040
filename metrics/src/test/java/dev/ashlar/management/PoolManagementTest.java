package dev.ashlar.management;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.InstanceNotFoundException;
import javax.management.InvalidAttributeValueException;
import javax.management.JMException;
import javax.management.MBeanException;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanServer;
import javax.management.MBeanServerConnection;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import javax.management.ReflectionException;
import javax.management.RuntimeMBeanException;
import javax.management.openmbean.ArrayType;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.CompositeType;
import javax.management.openmbean.OpenMBeanAttributeInfo;
import javax.management.openmbean.OpenMBeanOperationInfo;
import javax.management.openmbean.OpenMBeanParameterInfo;
import javax.management.openmbean.OpenType;
import javax.management.openmbean.SimpleType;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXConnectorServerFactory;
import javax.management.remote.JMXServiceURL;

import dev.ashlar.DefragSettings;
import dev.ashlar.FitPolicy;
import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.MemoryPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A pool's bean, through a real server. */
class PoolManagementTest {
    private static final long MIB = 1 << 20;
    private static final String LONG = Long.class.getName();

    private final MBeanServer server = MBeanServerFactory.newMBeanServer();
    private final MemoryPool pool = pool("query");
    private final PoolManagement bean = PoolManagement.register(pool, server);

    private static MemoryPool pool(String name) {
        return MemoryPool.builder()
                .name(name)
                .capacity(16 * MIB)
                .regionSize(MIB)
                .arenas(2)
                .reclaimPeriod(Duration.ofDays(1))
                .build();
    }

    @AfterEach
    void close() {
        bean.close();
        pool.close();
    }

    private Object get(String attribute) throws JMException {
        Object value = server.getAttribute(bean.objectName(), attribute);
        return Objects.requireNonNull(value, attribute);
    }

    private void set(String attribute, @Nullable Object value) throws JMException {
        server.setAttribute(bean.objectName(), new Attribute(attribute, value));
    }

    private @Nullable Object invoke(String operation, Object... arguments) throws JMException {
        String[] signature = new String[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            signature[i] = arguments[i].getClass().getName();
        }
        return server.invoke(bean.objectName(), operation, arguments, signature);
    }

    // Names

    @Test
    void register_plainName_isNotQuoted() throws JMException {
        assertEquals(new ObjectName("dev.ashlar:type=MemoryPool,name=query"), bean.objectName());
        assertEquals("query", get("Name"));
    }

    @Test
    void register_specialCharacters_areQuotedAndFoundAgain() throws JMException {
        for (String name : new String[] {"a,b=c:d", "*", "what?", "say \"hi\"", "two\nlines", "", "größe",
            "back\\slash"}) {
            try (MemoryPool odd = pool(name); PoolManagement registered = PoolManagement.register(odd, server)) {
                assertEquals(name, ObjectName.unquote(registered.objectName().getKeyProperty("name")));
                assertFalse(registered.objectName().isPattern());
                assertEquals(name, server.getAttribute(registered.objectName(), "Name"));
            }
        }
    }

    @Test
    void register_sameNameTwice_getsAnId() throws JMException {
        try (MemoryPool twin = pool("query"); PoolManagement second = PoolManagement.register(twin, server)) {
            assertEquals(new ObjectName("dev.ashlar:type=MemoryPool,name=query,id=2"), second.objectName());
            twin.limit(4 * MIB);
            assertEquals(4 * MIB, server.getAttribute(second.objectName(), "Limit"));
            assertEquals(16 * MIB, get("Limit"));
        }
    }

    @Test
    void register_closedPool_isRefused() {
        MemoryPool closed = pool("closed");
        closed.close();
        assertThrows(IllegalStateException.class, () -> PoolManagement.register(closed, server));
    }

    @Test
    void register_withoutAServer_usesThePlatforms() throws JMException {
        try (MemoryPool other = pool("platform"); PoolManagement registered = PoolManagement.register(other)) {
            assertEquals(
                    "platform",
                    ManagementFactory.getPlatformMBeanServer().getAttribute(registered.objectName(), "Name"));
        }
    }

    @Test
    void close_takesTheBeanOut_once() throws JMException {
        bean.close();
        assertFalse(server.isRegistered(bean.objectName()));
        try (MemoryPool twin = pool("query"); PoolManagement second = PoolManagement.register(twin, server)) {
            assertEquals(bean.objectName(), second.objectName());
            bean.close();
            assertTrue(server.isRegistered(second.objectName()));
        }
    }

    // Open types

    @Test
    void info_hasOpenTypesOnly() throws JMException {
        MBeanInfo info = server.getMBeanInfo(bean.objectName());
        Set<String> names = new TreeSet<>();
        for (var attribute : info.getAttributes()) {
            OpenMBeanAttributeInfo open = assertInstanceOf(OpenMBeanAttributeInfo.class, attribute);
            checkOpen(open.getOpenType());
            assertTrue(open.getDescription().length() > 10, attribute.getName());
            Object value = server.getAttribute(bean.objectName(), attribute.getName());
            assertTrue(value == null || open.getOpenType().isValue(value), attribute.getName());
            names.add(attribute.getName());
        }
        assertTrue(names.size() > 25, names::toString);
        for (MBeanOperationInfo operation : info.getOperations()) {
            OpenMBeanOperationInfo open = assertInstanceOf(OpenMBeanOperationInfo.class, operation);
            checkOpen(open.getReturnOpenType());
            assertTrue(open.getDescription().length() > 10, operation.getName());
            for (var parameter : operation.getSignature()) {
                checkOpen(assertInstanceOf(OpenMBeanParameterInfo.class, parameter).getOpenType());
            }
        }
    }

    private static void checkOpen(OpenType<?> type) {
        switch (type) {
            case SimpleType<?> simple -> assertNotNull(simple);
            case ArrayType<?> array -> checkOpen(array.getElementOpenType());
            case CompositeType composite -> {
                assertFalse(composite.keySet().isEmpty());
                composite.keySet().forEach(key -> checkOpen(composite.getType(key)));
            }
            default -> throw new AssertionError(type);
        }
    }

    // Figures

    @Test
    void statistics_areThePools() throws JMException {
        long block = pool.allocateAddress(100_000);
        pool.allocateAddress(100);
        CompositeData statistics = (CompositeData) get("Statistics");
        CompositeData memory = (CompositeData) statistics.get("memory");
        assertEquals(pool.statistics().memory().liveBytes(), memory.get("liveBytes"));
        assertEquals(pool.usableSize(block) + pool.usableSize(pool.allocateAddress(100)), memory.get("liveBytes"));
        assertEquals(2, statistics.get("arenas"));
        CompositeData allocations = (CompositeData) statistics.get("allocations");
        long sum = 0;
        for (String path : List.of("cache", "slab", "steal", "grow", "large")) {
            sum += (Long) allocations.get(path);
        }
        assertEquals(2, sum);
        CompositeData failures = (CompositeData) statistics.get("failuresByCause");
        assertEquals(Set.of("CAPACITY", "BUDGET", "FRAGMENTATION", "OPERATING_SYSTEM"),
                failures.getCompositeType().keySet());
        assertEquals(0L, failures.get("CAPACITY"));
        assertEquals(true, ((CompositeData) statistics.get("defragmentation")).get("alive"));
    }

    @Test
    void arenasBudgetsAndClasses_areRows() throws JMException {
        Budget budget = pool.openBudget("sort", 5000);
        budget.allocateAddress(100);
        CompositeData[] arenas = (CompositeData[]) get("ArenaStatistics");
        assertEquals(pool.arenaStatistics().size(), arenas.length);
        assertEquals(FitPolicy.BEST_FIT.name(), arenas[0].get("policy"));
        CompositeData[] budgets = (CompositeData[]) get("Budgets");
        assertEquals(1, budgets.length);
        assertEquals("sort", budgets[0].get("name"));
        assertEquals(5000L, ((CompositeData) budgets[0].get("statistics")).get("limitBytes"));
        assertEquals(1L, ((CompositeData) budgets[0].get("statistics")).get("liveBlocks"));
        assertEquals(
                pool.fragmentationBySizeClass().size(), ((CompositeData[]) get("FragmentationBySizeClass")).length);
        assertEquals(pool.statistics().memory().fragmentation(), get("Fragmentation"));
        assertEquals(pool.residentBytes(), get("ResidentBytes"));
        assertEquals(0L, ((CompositeData) get("Adaptation")).get("switches"));
    }

    @Test
    void getAttributes_leavesOutWhatIsNot() throws JMException {
        AttributeList found = server.getAttributes(bean.objectName(), new String[] {"Name", "Colour", "Arenas"});
        assertEquals(List.of(new Attribute("Name", "query"), new Attribute("Arenas", 2)), found.asList());
        assertThrows(AttributeNotFoundException.class, () -> get("Colour"));
    }

    // Settings

    @Test
    void settings_areSet() throws JMException {
        set("Policy", "FIRST_FIT");
        assertEquals(FitPolicy.FIRST_FIT, pool.policy());
        set("Limit", 4 * MIB);
        assertEquals(4 * MIB, pool.limit());
        set("DecayMillis", 1500L);
        assertEquals(Duration.ofMillis(1500), pool.defragSettings().decayTime());
        set("DecayMillis", -1L);
        assertEquals(DefragSettings.NEVER, pool.defragSettings().decayTime());
        assertEquals(-1L, get("DecayMillis"));
        assertEquals(Long.MAX_VALUE, ((CompositeData) get("DefragSettings")).get("decayTime"));
        invoke("cacheLimits", 1000L, 2000L);
        assertEquals(1000L, get("CacheLimit"));
        assertEquals(2000L, get("CachesLimit"));
        AttributeList both = new AttributeList(
                List.of(new Attribute("Policy", "WORST_FIT"), new Attribute("Name", "other")));
        assertEquals(1, server.setAttributes(bean.objectName(), both).size());
        assertEquals(FitPolicy.WORST_FIT, pool.policy());
    }

    @Test
    void settings_ofTheWrongKind_areRefused() {
        for (Map.Entry<String, Object> wrong : List.<Map.Entry<String, Object>>of(
                Map.entry("Policy", "FASTEST_FIT"), Map.entry("Policy", 3L), Map.entry("Limit", "much"),
                Map.entry("Limit", -1L), Map.entry("DecayMillis", -2L), Map.entry("Capacity", 1L))) {
            InvalidAttributeValueException refused = assertThrows(
                    InvalidAttributeValueException.class, () -> set(wrong.getKey(), wrong.getValue()), wrong::toString);
            assertTrue(String.valueOf(refused.getMessage()).contains("expected"), refused::toString);
        }
        assertThrows(InvalidAttributeValueException.class, () -> set("Limit", null));
        assertThrows(AttributeNotFoundException.class, () -> set("Colour", 1L));
        assertEquals(FitPolicy.BEST_FIT, pool.policy());
        assertEquals(16 * MIB, pool.limit());
    }

    // Operations

    @Test
    void defragment_reports() throws JMException {
        List<Long> blocks = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            blocks.add(pool.allocateAddress(300_000));
        }
        blocks.subList(0, 19).forEach(pool::freeAddress);
        CompositeData report = (CompositeData) invoke("defragment");
        assertNotNull(report);
        assertEquals("COMPLETE", report.get("end"));
        assertEquals(true, report.get("requested"));
        assertEquals(0, ((CompositeData[]) report.get("failures")).length);
        assertTrue((Long) ((CompositeData) report.get("bytes")).get("RELEASED") > 0, report::toString);
        CompositeData one = (CompositeData) invoke("defragment", 1, 60_000L, 0L);
        assertNotNull(one);
        CompositeData[] rows = (CompositeData[]) one.get("arenas");
        assertEquals(1, rows.length);
        assertEquals(1, rows[0].get("number"));
        assertEquals(2, pool.statistics().defragmentation().runs());
    }

    @Test
    void purgeTrimReclaimValidateRecover_do() throws JMException {
        pool.freeAddress(pool.allocateAddress(300_000));
        assertTrue(pool.statistics().memory().retainedBytes() > 0);
        long committed = pool.statistics().memory().committedBytes();
        assertEquals(committed, invoke("trim"));
        pool.freeAddress(pool.allocateAddress(300_000));
        assertEquals(committed, invoke("purge"));
        assertEquals(0, pool.statistics().memory().committedBytes());
        pool.freeAddress(pool.allocateAddress(64));
        assertTrue(pool.statistics().cachedBytes() > 0);
        assertNull(invoke("reclaim"));
        assertEquals(0, pool.statistics().cachedBytes());
        assertNull(invoke("validate"));
        assertNull(invoke("recover"));
    }

    @Test
    void recording_isStartedAndStopped(@TempDir Path folder) throws JMException {
        assertNull(server.getAttribute(bean.objectName(), "Recording"));
        assertThrows(RuntimeMBeanException.class, () -> invoke("stopRecording"));
        Path file = folder.resolve("query.atrace.gz");
        CompositeData started = (CompositeData) invoke("startRecording", file.toString(), 1L << 20);
        assertNotNull(started);
        assertEquals(true, started.get("running"));
        assertThrows(RuntimeMBeanException.class, () -> invoke("startRecording", file.toString(), 1L << 20));
        pool.freeAddress(pool.allocateAddress(64));
        CompositeData stopped = (CompositeData) invoke("stopRecording");
        assertNotNull(stopped);
        assertEquals(false, stopped.get("running"));
        assertEquals("CLOSED", stopped.get("end"));
        assertEquals(2L, stopped.get("events"));
        assertTrue(Files.exists(file));
        assertEquals(stopped, get("Recording"));
    }

    @Test
    void recording_intoNoFolder_fails(@TempDir Path folder) {
        MBeanException failed = assertThrows(
                MBeanException.class, () -> invoke("startRecording", folder.resolve("none/x.gz").toString(), 1L << 20));
        assertInstanceOf(IOException.class, failed.getCause());
    }

    @Test
    void operations_wronglyCalled_areRefused() {
        assertThrows(ReflectionException.class, () -> invoke("explode"));
        assertThrows(ReflectionException.class, () -> invoke("trim", 1L));
        RuntimeMBeanException noArena =
                assertThrows(RuntimeMBeanException.class, () -> invoke("defragment", 99, 0L, 0L));
        assertInstanceOf(IllegalArgumentException.class, noArena.getCause());
        RuntimeMBeanException negative =
                assertThrows(RuntimeMBeanException.class, () -> invoke("cacheLimits", -1L, 0L));
        assertInstanceOf(IllegalArgumentException.class, negative.getCause());
        RuntimeMBeanException none = assertThrows(
                RuntimeMBeanException.class,
                () -> server.invoke(bean.objectName(), "cacheLimits", new @Nullable Object[] {null, 1L},
                        new String[] {LONG, LONG}));
        assertInstanceOf(IllegalArgumentException.class, none.getCause());
    }

    // The pool's end

    @Test
    void closedPool_isSaid() {
        pool.close();
        RuntimeMBeanException refused = assertThrows(RuntimeMBeanException.class, () -> get("Statistics"));
        assertEquals("pool 'query' is closed (expected: open)", refused.getTargetException().getMessage());
        assertThrows(RuntimeMBeanException.class, () -> invoke("trim"));
        assertTrue(server.isRegistered(bean.objectName()));
    }

    @Test
    void droppedPool_isNotHeld() {
        WeakReference<MemoryPool> dropped = registerAndDrop();
        for (int i = 0; i < 100 && dropped.get() != null; i++) {
            System.gc();
        }
        assertNull(dropped.get(), "held by its bean");
    }

    private WeakReference<MemoryPool> registerAndDrop() {
        MemoryPool other = pool("dropped");
        PoolManagement registered = PoolManagement.register(other, server);
        assertTrue(server.isRegistered(registered.objectName()));
        return new WeakReference<>(other);
    }

    /** As a client sees it that has no class of this project: all comes serialized. */
    @Test
    @SuppressWarnings("BanJNDI") // The connector's own API, to itself.
    void connector_carriesAll() throws JMException, IOException {
        JMXConnectorServer connectors = JMXConnectorServerFactory.newJMXConnectorServer(
                new JMXServiceURL("rmi", "127.0.0.1", 0), null, server);
        connectors.start();
        try (JMXConnector connector = JMXConnectorFactory.connect(connectors.getAddress())) {
            MBeanServerConnection remote = connector.getMBeanServerConnection();
            for (var attribute : remote.getMBeanInfo(bean.objectName()).getAttributes()) {
                Object value = remote.getAttribute(bean.objectName(), attribute.getName());
                assertTrue(value != null || attribute.getName().equals("Recording"), attribute.getName());
            }
            CompositeData report = (CompositeData) remote.invoke(bean.objectName(), "defragment", null, null);
            assertEquals("COMPLETE", report.get("end"));
            remote.setAttribute(bean.objectName(), new Attribute("Policy", "NEXT_FIT"));
            assertEquals(FitPolicy.NEXT_FIT, pool.policy());
            bean.close();
            assertThrows(InstanceNotFoundException.class, () -> remote.getAttribute(bean.objectName(), "Name"));
        } finally {
            connectors.stop();
        }
    }
}
