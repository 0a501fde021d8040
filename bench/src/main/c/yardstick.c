/*
 * The comparison's work, called from C: the same loops over the same random numbers as the Java side.
 *
 *   yardstick pair BYTES SECONDS          one block, allocated and freed
 *   yardstick batch BYTES SECONDS         1,000 blocks, freed in random order
 *   yardstick larson THREADS SECONDS      random replacement in slots that change threads (Larson.java)
 *   yardstick alloc-test THREADS SECONDS  popular and unpopular slots (AllocTest.java)
 *   yardstick trace FILE SECONDS          a flattened trace (FlatTraceFile.java)
 *   yardstick resident FILE               the same once, every page written
 *
 * Prints key=value lines. LD_PRELOAD puts another allocator in the place of the C library's.
 */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SEED 20250916
#define PAGE 4096
#define LOOK 1024

static void fail(const char *what) {
    fprintf(stderr, "%s: %s\n", what, errno ? strerror(errno) : "failed");
    exit(3);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void *checked(void *p) {
    if (!p) fail("malloc");
    return p;
}

/* Randomness.java */
static uint64_t next(uint64_t *s) {
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

static uint64_t stream(uint64_t index) {
    uint64_t s = ((uint64_t)SEED + 1) * 0x9E3779B97F4A7C15ULL ^ (index + 1) * 0xBF58476D1CE4E5B9ULL;
    if (!s) s = 0x9E3779B97F4A7C15ULL;
    for (int i = 0; i < 8; i++) next(&s);
    return s;
}

static int below(uint64_t *s, int bound) { return (int)((next(s) >> 32) * (uint64_t)bound >> 32); }

static int between(uint64_t *s, int least, int most) { return least + below(s, most - least + 1); }

static void print_nanos(double seconds, double operations) {
    printf("nanosPerOperation=%.4f\n", seconds * 1e9 / operations);
}

/* Volatile, so that the compiler leaves the pair in. */
static void *volatile sink;

static void pairs(size_t bytes, double seconds) {
    void *volatile kept = checked(malloc(bytes));
    double start = now(), end;
    long count = 0;
    do {
        for (int i = 0; i < LOOK; i++) {
            sink = checked(malloc(bytes));
            *(char *)sink = 1;
            free(sink);
        }
        count += LOOK;
    } while ((end = now()) - start < seconds);
    free(kept);
    print_nanos(end - start, (double)count);
}

enum { BATCH = 1000 };

static void batches(size_t bytes, double seconds) {
    static char *blocks[BATCH];
    static int order[BATCH];
    uint64_t s = stream(0);
    for (int i = 0; i < BATCH; i++) order[i] = i;
    for (int i = BATCH - 1; i > 0; i--) {
        int j = below(&s, i + 1), t = order[i];
        order[i] = order[j];
        order[j] = t;
    }
    double start = now(), end;
    long count = 0;
    do {
        for (int i = 0; i < BATCH; i++) {
            blocks[i] = checked(malloc(bytes));
            *blocks[i] = 1;
        }
        for (int i = 0; i < BATCH; i++) free(blocks[order[i]]);
        count += BATCH;
    } while ((end = now()) - start < seconds);
    print_nanos(end - start, (double)count);
}

enum { MAX_THREADS = 64, SLOTS = 5000, PER_THREAD = 500000, LARSON_LOOK = 1000 };

static int threads;
static double deadline;
static long done[MAX_THREADS];
static char **slots_of[MAX_THREADS];
static uint64_t stream_of[MAX_THREADS];

static void replace_one(char **slots, uint64_t *s) {
    int slot = below(s, SLOTS);
    free(slots[slot]);
    int bytes = between(s, 8, 999);
    char *p = slots[slot] = checked(malloc((size_t)bytes));
    p[0] = p[bytes - 1] = (char)bytes;
}

static void *larson_thread(void *argument) {
    int lane = (int)(intptr_t)argument;
    uint64_t s = stream(stream_of[lane]);
    long count = 0;
    for (; count < PER_THREAD && !(count > 0 && now() >= deadline); count += LARSON_LOOK)
        for (int i = 0; i < LARSON_LOOK; i++) replace_one(slots_of[lane], &s);
    done[lane] += count;
    return NULL;
}

/* Waits for its successive threads, as the outer thread in Java does. */
static void *larson_lane(void *argument) {
    int lane = (int)(intptr_t)argument;
    for (long generation = 0; generation == 0 || now() < deadline; generation++) {
        pthread_t thread;
        stream_of[lane] = (uint64_t)(threads + lane + generation * threads);
        if ((errno = pthread_create(&thread, NULL, larson_thread, argument))) fail("pthread_create");
        pthread_join(thread, NULL);
    }
    return NULL;
}

static void in_threads(void *(*part)(void *)) {
    pthread_t all[MAX_THREADS];
    for (intptr_t i = 0; i < threads; i++)
        if ((errno = pthread_create(&all[i], NULL, part, (void *)i))) fail("pthread_create");
    for (int i = 0; i < threads; i++) pthread_join(all[i], NULL);
}

static long all_done(void) {
    long sum = 0;
    for (int i = 0; i < threads; i++) sum += done[i];
    return sum;
}

static void larson(double seconds) {
    for (int lane = 0; lane < threads; lane++) {
        char **slots = slots_of[lane] = checked(calloc(SLOTS, sizeof(char *)));
        uint64_t s = stream((uint64_t)lane);
        for (int i = 0; i < SLOTS; i++) slots[i] = checked(malloc((size_t)between(&s, 8, 999)));
        for (int i = SLOTS - 1; i > 0; i--) {
            int j = below(&s, i + 1);
            char *t = slots[i];
            slots[i] = slots[j];
            slots[j] = t;
        }
        for (int i = 0; i < SLOTS * 4; i++) replace_one(slots, &s);
    }
    double start = now();
    deadline = start + seconds;
    in_threads(larson_lane);
    double taken = now() - start;
    print_nanos(taken * threads, (double)all_done());
    for (int lane = 0; lane < threads; lane++)
        for (int i = 0; i < SLOTS; i++) free(slots_of[lane][i]);
}

enum { ALL_SLOTS = 1 << 18 };

static void fill_slot(char **blocks, short *sizes, int slot, uint64_t *s) {
    int zeros = __builtin_ctzll(next(s));
    int shift = 3 + zeros < 9 ? 3 + zeros : 9;
    int bytes = between(s, (1 << shift) + 1, 2 << shift);
    sizes[slot] = (short)bytes;
    blocks[slot] = checked(malloc((size_t)bytes));
    memset(blocks[slot], (char)(slot * 31 + 1), (size_t)bytes);
}

static void sum_and_free(char **blocks, const short *sizes, int slot) {
    long sum = 0;
    for (int i = 0; i < sizes[slot]; i++) sum += (signed char)blocks[slot][i];
    if (sum != (long)(signed char)(slot * 31 + 1) * sizes[slot]) {
        errno = 0;
        fail("alloc-test: contents");
    }
    free(blocks[slot]);
    blocks[slot] = NULL;
}

static int popular(int count, uint64_t *s) {
    int range = count;
    for (int depth = 0; depth < 6; depth++) {
        int fifth = range / 5;
        if (below(s, 5) == 0 || fifth == 0) return fifth + below(s, range - fifth);
        range = fifth;
    }
    return below(s, range);
}

static void *alloc_test_thread(void *argument) {
    int index = (int)(intptr_t)argument, count = ALL_SLOTS / threads;
    uint64_t s = stream((uint64_t)index);
    char **blocks = checked(calloc((size_t)count, sizeof(char *)));
    short *sizes = checked(calloc((size_t)count, sizeof(short)));
    for (int slot = 0; slot < count; slot += 2, done[index]++) fill_slot(blocks, sizes, slot, &s);
    do {
        for (int i = 0; i < LOOK; i++) {
            int slot = popular(count, &s);
            if (blocks[slot]) sum_and_free(blocks, sizes, slot);
            else fill_slot(blocks, sizes, slot, &s);
        }
        done[index] += LOOK;
    } while (now() < deadline);
    for (int slot = 0; slot < count; slot++) {
        if (!blocks[slot]) continue;
        sum_and_free(blocks, sizes, slot);
        done[index]++;
    }
    free(blocks);
    free(sizes);
    return NULL;
}

static void alloc_test(double seconds) {
    double start = now();
    deadline = start + seconds;
    in_threads(alloc_test_thread);
    print_nanos((now() - start) * threads, (double)all_done());
}

static uint32_t events, block_count;
static uint64_t *operations;
static uint32_t *ids;
static char **live;

static void read_trace(const char *file) {
    FILE *in = fopen(file, "rb");
    if (!in || fread(&events, 4, 1, in) != 1 || fread(&block_count, 4, 1, in) != 1) fail(file);
    operations = checked(malloc((size_t)events * 8 + 8));
    ids = checked(malloc((size_t)events * 4 + 4));
    live = checked(malloc((size_t)block_count * sizeof(char *) + 8));
    /* Written, so that its pages are there before resident memory is first looked at. */
    memset(live, 0xFF, (size_t)block_count * sizeof(char *));
    memset(live, 0, (size_t)block_count * sizeof(char *));
    if (fread(operations, 8, events, in) != events || fread(ids, 4, events, in) != events) fail(file);
    fclose(in);
}

static long resident(void) {
    long all = 0, pages = 0;
    FILE *in = fopen("/proc/self/statm", "r");
    if (!in || fscanf(in, "%ld %ld", &all, &pages) != 2) fail("/proc/self/statm");
    fclose(in);
    return pages * PAGE;
}

static char *aligned(uint64_t operation, size_t bytes) {
    size_t alignment = (size_t)1 << (operation >> 2 & 63);
    return checked(memalign(alignment < 16 ? 16 : alignment, bytes));
}

static void touch_pages(char *p, size_t bytes) {
    for (size_t i = 0; i < bytes; i += PAGE) p[i] = 1;
    if (bytes) p[bytes - 1] = 1;
}

static void replay(int touching, long *peak) {
    for (uint32_t i = 0; i < events; i++) {
        uint64_t operation = operations[i];
        uint32_t id = ids[i];
        size_t bytes = (size_t)(operation >> 8);
        char *p = NULL;
        switch (operation & 3) {
            case 0: p = checked(malloc(bytes)); break;
            case 1: free(live[id]); break;
            case 2: p = checked(realloc(live[id], bytes ? bytes : 1)); break;
            default: p = aligned(operation, bytes); break;
        }
        if (bytes && (operation & 3) != 1 && (operation & 3) != 2) *p = 1;
        live[id] = p;
        if (touching) {
            if (p) touch_pages(p, bytes);
            if ((i & 4095) == 0 || i == events - 1) {
                long r = resident();
                if (r > *peak) *peak = r;
            }
        }
    }
}

static void free_left(void) {
    for (uint32_t id = 0; id < block_count; id++) {
        free(live[id]);
        live[id] = NULL;
    }
}

static void trace(const char *file, double seconds) {
    long unused = 0;
    read_trace(file);
    /* The first pass meets a cold heap; it is not counted. */
    replay(0, &unused);
    free_left();
    double taken = 0;
    long passes = 0;
    do {
        double start = now();
        replay(0, &unused);
        taken += now() - start;
        free_left();
        passes++;
    } while (taken < seconds);
    print_nanos(taken, (double)passes * (events ? events : 1));
}

static void resident_trace(const char *file) {
    read_trace(file);
    long base = resident(), peak = base;
    replay(1, &peak);
    printf("peakResidentBytes=%ld\n", peak - base);
    free_left();
}

int main(int count, char **words) {
    const char *what = count > 2 ? words[1] : "";
    double seconds = count > 3 ? atof(words[3]) : 0;
    int number = count > 2 ? atoi(words[2]) : 0;
    if (!strcmp(what, "pair")) pairs((size_t)number, seconds);
    else if (!strcmp(what, "batch")) batches((size_t)number, seconds);
    else if (!strcmp(what, "trace")) trace(words[2], seconds);
    else if (!strcmp(what, "resident")) resident_trace(words[2]);
    else if ((!strcmp(what, "larson") || !strcmp(what, "alloc-test")) && number > 0 && number <= MAX_THREADS) {
        threads = number;
        if (*what == 'l') larson(seconds);
        else alloc_test(seconds);
    } else {
        fprintf(stderr, "yardstick: %s (expected: pair, batch, larson, alloc-test, trace or resident)\n", what);
        return 2;
    }
    return 0;
}
