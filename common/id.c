#include "common/id.h"

#include <pthread.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/hash.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* The last id outlives a call, because ids rise within a process: the one exception to "no globals" here. */
static struct {
    pthread_mutex_t lock;
    pid_t owner; /* a forked child draws its own id; otherwise it would repeat its parent's ids */
    int64_t milliseconds;
    struct id last;
} source = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void increase_id(struct id *id)
{
    for (int i = 15; i >= 0 && ++id->b[i] == 0; i--)
        ;
}

/* Without a random source, a hash of clocks and process id keeps the ids of one machine distinct. */
static void draw_id(struct id *id, int64_t milliseconds)
{
    if (getrandom(id->b + 6, 10, 0) != 10) {
        int64_t seed[] = { clock_steady(), clock_now(), getpid() };
        struct hash hash = hash_of(seed, sizeof(seed));
        memcpy(id->b + 6, hash.b, 10);
    }
    id->b[6] &= 0x7F; /* leaves room to rise within the millisecond */
    for (int i = 0; i < 6; i++)
        id->b[i] = (uint8_t)(milliseconds >> (40 - 8 * i));
}

struct id id_new(void)
{
    int64_t now = clock_now() / 1000;
    struct id id;

    pthread_mutex_lock(&source.lock);
    if (now > source.milliseconds || source.owner != getpid()) {
        draw_id(&source.last, now);
        source.milliseconds = now;
        source.owner = getpid();
    } else {
        increase_id(&source.last);
    }
    id = source.last;
    pthread_mutex_unlock(&source.lock);
    return id;
}

struct id id_of_bytes(const void *bytes, size_t len)
{
    struct hash hash = hash_of(bytes, len);
    struct id id;

    memcpy(id.b, hash.b, sizeof(id.b));
    return id;
}

bool id_is_zero(struct id id)
{
    return id_equal(id, (struct id){ { 0 } });
}

bool id_equal(struct id a, struct id b)
{
    return id_compare(a, b) == 0;
}

int id_compare(struct id a, struct id b)
{
    return memcmp(a.b, b.b, sizeof(a.b));
}

/* 26 characters are 130 bits: two zero bits, then the id. */
int id_order(const void *a, const void *b)
{
    return id_compare(*(const struct id *)a, *(const struct id *)b);
}

const char *id_write(struct id id, char to[ID_TEXT_SIZE])
{
    unsigned held = 0, bits = 2;
    int at = 0;

    for (int i = 0; i < 16; i++) {
        held = (held << 8 | id.b[i]) & 0x1FFF;
        for (bits += 8; bits >= 5; bits -= 5)
            to[at++] = alphabet[held >> (bits - 5) & 31];
    }
    to[at] = '\0';
    return to;
}

/* Crockford: upper or lower case; I and L are read as 1, O as 0. */
static int digit_value(char c)
{
    const char *found;

    if (c >= 'a' && c <= 'z')
        c = (char)(c - 'a' + 'A');
    if (c == 'I' || c == 'L')
        return 1;
    if (c == 'O')
        return 0;
    found = c ? strchr(alphabet, c) : NULL;
    return found ? (int)(found - alphabet) : -1;
}

bool id_read(struct text from, struct id *to)
{
    unsigned held = 0, bits = 0;
    int at = 0;

    if (from.len != ID_TEXT_SIZE - 1)
        return false;
    for (int i = 0; i < ID_TEXT_SIZE - 1; i++) {
        int value = digit_value(from.at[i]);
        if (value < 0 || (i == 0 && value > 7))
            return false;
        held = (held << 5 | (unsigned)value) & 0x1FFF;
        bits += i == 0 ? 3 : 5;
        if (bits >= 8) {
            bits -= 8;
            to->b[at++] = (uint8_t)(held >> bits);
        }
    }
    return true;
}
