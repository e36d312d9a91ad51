/* The snapshot of common/rt/snapshot.c: a writer and a reader, either of which may die between any two steps and be
 * started again with nothing but the shared memory. A value is a number in two halves. PRIVATE_NAMES is a broken
 * version: each side keeps the name of its own buffer, and a plain exchange swaps it for the middle one.
 * Checked: nothing torn, nothing older than before. A take during fewer than two publications gives the value that was
 * published before it. Two tries are enough for the writer. */
#define VALUES 5
#define DEATHS 2

byte lo[3], hi[3];
byte draft = 0, middle = 1, shown = 2; /* the word: the three names … */
bool fresh = false;                    /* … and the bit change in one step */
byte started = 0, published = 0, publications = 0, seen = 0;

#define may_die if :: skip :: (deaths < DEATHS) -> deaths++; goto born fi

/* Compare-and-swap: the word has not changed since it was loaded. */
#define same (w_draft == draft && w_middle == middle && w_shown == shown && w_fresh == fresh)
#define look atomic { w_draft = draft; w_middle = middle; w_shown = shown; w_fresh = fresh }

proctype writer()
{
    byte deaths = 0, tries, mine, number, w_draft, w_middle, w_shown;
    bool w_fresh, done;
#ifdef PRIVATE_NAMES
born:
    mine = 0; /* the initial name: a successor has no other source */
#else
born:
#endif
    do
    :: started == VALUES -> break
    :: else ->
        atomic { started++; number = started; tries = 0; done = false }
#ifndef PRIVATE_NAMES
        mine = draft;
#endif
        may_die;
        lo[mine] = number;
        may_die;
        hi[mine] = number;
        may_die;
#ifdef PRIVATE_NAMES
        atomic { w_middle = middle; middle = mine; fresh = true; mine = w_middle;
                 published = number; publications++ }
#else
        look;
        do
        :: done || tries == 2 -> break
        :: else ->
            may_die;
            atomic {
                if
                :: same -> draft = w_middle; middle = w_draft; fresh = true; done = true;
                           published = number; publications++
                :: else -> w_draft = draft; w_middle = middle; w_shown = shown; w_fresh = fresh
                fi;
                tries++
            }
        od;
        assert(done);
#endif
        may_die
    od
}

proctype reader()
{
    byte deaths = 0, tries, mine, first, second, before, at_first, w_draft, w_middle, w_shown;
    bool w_fresh, done;
born:
    mine = 2;
    do
    :: seen == VALUES || (started == VALUES && seen >= published) -> break
    :: else ->
        atomic { before = published; at_first = publications; tries = 0; done = false }
#ifdef PRIVATE_NAMES
        atomic {
            if
            :: fresh -> w_middle = middle; middle = mine; fresh = false; mine = w_middle
            :: else -> skip
            fi
        }
#else
        look;
        do
        :: done || tries == 2 || !w_fresh -> break
        :: else ->
            may_die;
            atomic {
                if
                :: same -> middle = w_shown; shown = w_middle; fresh = false; done = true
                :: else -> w_draft = draft; w_middle = middle; w_shown = shown; w_fresh = fresh
                fi;
                tries++
            }
        od;
        mine = shown;
#endif
        may_die;
        at_first = publications - at_first;
        first = lo[mine];
        may_die;
        second = hi[mine];
        assert(first == second);
        assert(first >= seen);
        assert(at_first >= 2 || first >= before);
        seen = first
    od
}

init { atomic { run writer(); run reader() } }
