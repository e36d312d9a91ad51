/* The slots of common/rt/slots.c, of which there are three here: a writer that may die between any two steps and be
 * started again (or not), and a reader, which writes nothing, so one represents many. Each attempt to put a value has a
 * stamp of its own, in both halves. So the halves of a dead writer and of its successor differ. NO_BEFORE (the
 * reader does not load the number again) and NEWEST_FIRST (the number is published before the value) are broken
 * versions. Checked: nothing torn, nothing older than before, at most three tries; after the writer's end one try is enough.
 */
#define SLOTS 3
#define VALUES 6
#define DEATHS 2
#define TRIES 3

byte newest = 0, stamps = 0;
byte before[SLOTS], lo[SLOTS], hi[SLOTS], after[SLOTS];
bool still = false;

#define may_die if :: skip :: (deaths < DEATHS) -> deaths++; if :: goto born :: goto dead fi fi

proctype writer()
{
    byte deaths = 0, number, stamp, at;
born:
    do
    :: newest == VALUES -> break
    :: else ->
        atomic { number = newest + 1; at = number % SLOTS; stamps++; stamp = stamps }
        may_die;
#ifdef NEWEST_FIRST
        newest = number;
        before[at] = number;
        after[at] = number;
#endif
        before[at] = number;
        may_die;
        lo[at] = stamp;
        may_die;
        hi[at] = stamp;
        may_die;
        after[at] = number;
        may_die;
        newest = number;
        may_die
    od;
dead:
    still = true
}

proctype reader()
{
    byte number, tries, first, second, at, seen = 0;
    bool quiet;
again:
    tries = 0;
    quiet = still;
    do
    :: tries == TRIES -> break
    :: else ->
        tries++;
        number = newest;
        if :: number == 0 -> break :: else -> skip fi;
        at = number % SLOTS;
        if
        :: after[at] == number ->
            first = lo[at];
            second = hi[at];
            if
#ifdef NO_BEFORE
            :: true ->
#else
            :: before[at] == number ->
#endif
                assert(first == second);
                assert(number >= seen);
                seen = number;
                break
#ifndef NO_BEFORE
            :: else -> assert(!quiet)
#endif
            fi
        :: else -> assert(!quiet)
        fi
    od;
    if
    :: quiet -> skip
    :: else -> goto again
    fi
}

init { atomic { run writer(); run reader() } }
