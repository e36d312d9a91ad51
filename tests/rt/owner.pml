/* The owner word of services/audio/rt/engine_owner.c, and a period's publication in a ring: two instances and a reader.
 * Either instance may be paused between any two steps and resumed at any time, while the other one takes over and
 * continues. A cell is a number in two halves; a period publishes at most one.
 * PLAIN_STORE: an index is stored, not exchanged. NO_BOUND: the new owner uses cells that a paused one may be copying.
 * BLIND_ADOPTION: an instance that took over publishes its copies although it is no longer the owner.
 * Checked: the reader finds each published cell once, whole, in the order of the periods that counted. */
#define CELLS 2
#define PERIODS 4
#define TAKEOVERS 3

byte word_owner = 0, word_half = 0, word_changes = 0; /* one word: it changes in one step */
byte half_from[4], half_count[4], half_value[4];      /* only instance i writes half 2 i and 2 i + 1 */
bool showing[2];
byte showing_from[2];
byte lo[CELLS], hi[CELLS], written = 0, read = 0;
byte periods = 0, takeovers = 0, expected[PERIODS + 1];

#define same (seen_owner == word_owner && seen_changes == word_changes)
#define look seen_owner = word_owner; seen_half = word_half; seen_changes = word_changes

/* ring_append of the instance's cell: does nothing if another instance has published it. */
inline publish()
{
    if
    :: count == 1 && written == from ->
        lo[from % CELLS] = value;
        hi[from % CELLS] = value;
#ifdef PLAIN_STORE
        written = from + 1
#else
        atomic {
            if
            :: written == from -> written = from + 1
            :: else -> skip
            fi
        }
#endif
    :: else -> skip
    fi
}

proctype instance(byte me)
{
    byte seen_owner, seen_half, seen_changes, from, count, value, most, mine;
    bool counts;
    do
    :: periods == PERIODS -> break
    :: else ->
        atomic { look; counts = false }
        if
        :: seen_owner == me -> skip
        :: seen_owner != me && takeovers < TAKEOVERS -> /* the owner seems to be silent */
            atomic {
                if
                :: same -> word_owner = me; word_changes++; takeovers++; look; counts = true
                :: else -> skip
                fi
            }
            if
            :: counts -> /* adopts: its copies are whole if it is still the owner */
                from = half_from[seen_half];
                count = half_count[seen_half];
                value = half_value[seen_half];
                showing_from[me] = from;
                showing[me] = true;
#ifndef BLIND_ADOPTION
                counts = same;
#endif
                if
                :: counts -> publish()
                :: else -> skip
                fi;
                showing[me] = false;
                if
                :: counts -> skip
                :: else -> goto next
                fi
            :: else -> goto next
            fi
        :: seen_owner != me -> goto next
        fi;
        most = 255;
#ifndef NO_BOUND
        if
        :: showing[1 - me] -> most = showing_from[1 - me] + CELLS
        :: else -> skip
        fi;
#endif
        atomic {
            from = written;
            mine = 2 * me + (seen_half == 2 * me -> 1 : 0);
            if
            :: periods == PERIODS -> goto next
            :: else -> periods++; value = periods
            fi
        }
        half_from[mine] = from;
        half_value[mine] = value;
        count = (from - read < CELLS && from < most -> 1 : 0);
        half_count[mine] = count;
        showing_from[me] = from;
        showing[me] = true;
        atomic { /* the exchange: it fails after a takeover */
            counts = same;
            if
            :: counts -> word_half = mine; word_changes++;
                if
                :: count == 1 -> expected[from] = value
                :: else -> skip
                fi
            :: else -> skip
            fi
        }
        if
        :: counts -> publish()
        :: else -> skip
        fi;
        showing[me] = false
    next: skip
    od
}

proctype reader()
{
    byte first, second;
    do
    :: read < written ->
        first = lo[read % CELLS];
        second = hi[read % CELLS];
        assert(first == second && first == expected[read]);
        read++
    :: read > written -> assert(false)
    :: periods == PERIODS && read == written -> break
    od
}

init { atomic { run instance(0); run instance(1); run reader() } }
