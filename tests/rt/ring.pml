/* The ring of common/rt/ring.c: a writer and a reader, either of which may die between any two steps and be started
 * again with nothing but the shared memory. Frame i is the number i + 1, in two halves. INDEX_FIRST is a broken
 * version. Checked: the reader gets frame after frame, whole; neither process waits for ever. */
#define CAPACITY 3
#define FRAMES 7
#define DEATHS 3

byte lo[CAPACITY], hi[CAPACITY];
byte written = 0, taken = 0;

#define may_die if :: skip :: (deaths < DEATHS) -> deaths++; goto born fi

#ifdef INDEX_FIRST
#define index_before written = own + count
#define index_after  skip
#else
#define index_before skip
#define index_after  written = own + count
#endif

proctype writer()
{
    byte deaths = 0, own, opposite, count, i;
    bool knows;
born:
    atomic { knows = false; own = written; opposite = 0; count = 0; i = 0 }
    do
    :: own == FRAMES -> break
    :: else ->
        /* Loads the other side's index if the remembered one is not sufficient. */
        if
        :: knows && own - opposite < CAPACITY -> skip
        :: else -> (own - taken < CAPACITY); atomic { opposite = taken; knows = true }
        fi;
        may_die;
        if
        :: count = 1
        :: CAPACITY - (own - opposite) >= 2 && own + 2 <= FRAMES -> count = 2
        fi;
        index_before;
        may_die;
        i = 0;
        do
        :: i == count -> break
        :: else ->
            lo[(own + i) % CAPACITY] = own + i + 1;
            may_die;
            hi[(own + i) % CAPACITY] = own + i + 1;
            may_die;
            i++
        od;
        index_after;
        may_die;
        own = written
    od
}

proctype reader()
{
    byte deaths = 0, own, opposite, i;
born:
    atomic { own = taken; opposite = 0; i = 0 }
    do
    :: own == FRAMES -> break
    :: else ->
        (written > own);
        opposite = written;
        may_die;
        i = own;
        do
        :: i == opposite -> break
        :: else ->
            assert(lo[i % CAPACITY] == i + 1);
            may_die;
            assert(hi[i % CAPACITY] == i + 1);
            may_die;
            i++;
            if :: break :: skip fi /* takes fewer frames than are there */
        od;
        taken = i;
        may_die;
        own = taken
    od;
    assert(taken == written)
}

init { atomic { run writer(); run reader() } }
