#include "services/streamer/play/voice_feed.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "services/streamer/play/together.h"
#include "services/streamer/play/voice_cues.h"
#include "services/streamer/play/voice_cuts.h"
#include "services/streamer/play/voice_follow.h"
#include "services/streamer/play/voice_place.h"
#include "services/streamer/play/voice_turns.h"

enum {
    PREFILL = 16384,        /* cells before a voice starts … */
    PREVIEW_PREFILL = 4096, /* … and before a preview, which must sound at once */
    FIRST = 2048,           /* cells of a pull before the start … */
    CHUNK = 8192,           /* … and after it */
    FRAMES_MIN = 64,
    RESERVE = 8, /* 1/RESERVE of the ring stays free while it sounds */
    FOLLOW_AHEAD_S = 3,
    FOLLOW_PREFILL = 12000, /* cells of a stretched generation before it sounds */
    APART = 32,             /* largest ratio of rates that resample.h converts */
};

static struct handover_piece *other_piece(const struct voice *voice)
{
    return &voice->handover->pieces[!(atomic_load(&voice->handover->word) & HANDOVER_PRESENT)];
}

static bool something_follows(const struct voice *voice)
{
    return atomic_load(&voice->handover->word) & HANDOVER_FOLLOWS;
}

/* ---- generations and pieces ---- */

static void turn_to(struct voice *voice, struct handover_piece *piece, uint32_t flags)
{
    atomic_store(&voice->handover->word, (uint32_t)(piece - voice->handover->pieces) | flags);
}

/* The piece then covers the cells from `at` on, with the file's frames from `from` on. */
static void fill_piece(struct voice *voice, struct handover_piece *piece, uint64_t at, int64_t from)
{
    piece->at = at;
    piece->from = from;
    piece->due = voice->due;
    piece->tempo = voice->plan.tempo;
    piece->frames = voice->format.frames;
    piece->generation = voice->generation;
    piece->file_rate = voice->format.rate;
    piece->rate = core_link_rate(voice->all->core);
    piece->channels = voice->format.channels;
}

/* The generation is stored last, so a reader that sees it sees the rest too. */
static void write_header(struct voice *voice, const struct handover_piece *piece)
{
    struct stream_memory *memory = voice->memory;

    atomic_store(&memory->source, piece->from);
    atomic_store(&memory->file_rate, piece->file_rate);
    atomic_store(&memory->rate, piece->rate);
    atomic_store(&memory->looping, voice->handover->looping);
    memcpy(memory->media, piece->media, sizeof(memory->media));
    atomic_store(&memory->begin, piece->at);
    atomic_store(&memory->due, piece->due ? stream_due(piece->due) : 0);
    atomic_store(&memory->generation, piece->generation);
}

/* Makes the piece the current one. A queued file stays queued; the piece takes its place for a moment only. */
static void publish_piece(struct voice *voice, const struct handover_piece *piece)
{
    struct handover_piece *now = voice_piece(voice), *next = other_piece(voice), behind = *next;
    bool follows = something_follows(voice);

    *next = *piece;
    write_header(voice, next);
    turn_to(voice, next, 0);
    if (follows) {
        *now = behind;
        turn_to(voice, next, HANDOVER_FOLLOWS);
    }
}

static uint32_t next_generation(const struct voice *voice)
{
    uint32_t next = atomic_load(&voice->memory->generation) + 1;

    return next ? next : 1;
}

/* The piece of a seek; NULL: none. */
static const struct handover_piece *sought_piece(const struct voice *voice)
{
    uint32_t word = atomic_load(&voice->handover->word);

    return word & HANDOVER_SOUGHT ? &voice->handover->sought[word & HANDOVER_WHICH ? 1 : 0] : NULL;
}

/* Replaces an earlier seek's piece, if any, with one store. */
static void seek_piece(struct voice *voice, const struct handover_piece *piece)
{
    uint32_t word = atomic_load(&voice->handover->word) ^ HANDOVER_WHICH;

    voice->handover->sought[word & HANDOVER_WHICH ? 1 : 0] = *piece;
    atomic_store(&voice->handover->word, word | HANDOVER_SOUGHT);
}

struct id voice_feed_seeker(const struct voice *voice)
{
    struct id request = { { 0 } };

    if (atomic_load(&voice->handover->seeks))
        memcpy(request.b, voice->handover->seeker, sizeof(request.b));
    return request;
}

/* A loop may begin in the middle of a turn. */
static void begin_turn(struct voice *voice, int64_t from)
{
    const struct handover_voice *handover = voice->handover;
    const bool is_exact = handover->looping && handover->loop_length > 0;

    voice->frame = is_exact ? voice_place(voice, from) : from;
    voice->turn = is_exact ? voice_turns_at(handover->loop_length, from - handover->loop_from) : 0;
}

/* Starts a generation after all written cells. If a sound plays, it continues until the beginning is complete, or at
 * most up to that beginning. */
static void make_generation(struct voice *voice, int64_t from)
{
    struct handover_piece piece = *voice_piece(voice);

    voice->generation = next_generation(voice);
    fill_piece(voice, &piece, ring_written(&voice->ring), from);
    if (!id_is_zero(voice_feed_seeker(voice)))
        memcpy(piece.seeker, voice->handover->seeker, sizeof(piece.seeker));
    if (voice->is_seeking) {
        seek_piece(voice, &piece);
        if (!voice->due) /* otherwise the old one sounds until then */
            voice_end_at(voice, piece.at);
    } else {
        publish_piece(voice, &piece);
    }
    atomic_store(&voice->handover->seeks, 0);
    begin_turn(voice, from);
    voice->skip = 0;
    voice->is_complete = voice->is_ending = false;
    voice->is_made = true;
}

static void turn_to_sought(struct voice *voice)
{
    if (voice->is_seeking && sought_piece(voice))
        publish_piece(voice, sought_piece(voice));
    voice->is_seeking = false;
}

void voice_feed_seek(struct voice *voice)
{
    voice->is_seeking = voice->is_cued;
    voice->generation = next_generation(voice);
}

/* A predecessor may have died after it stored the generation in the header, and before it changed the current piece.
 * Then the other piece belongs to the new generation. A piece that was due at a moment is made again. */
void voice_feed_inherit(struct voice *voice)
{
    const struct handover_piece *next = sought_piece(voice);
    uint32_t generation = atomic_load(&voice->memory->generation);

    if (next && !next->due && next->generation == next_generation(voice) && next->at >= ring_taken(&voice->ring) &&
        next->at <= ring_written(&voice->ring))
        publish_piece(voice, next);
    else if (voice_piece(voice)->generation != generation && other_piece(voice)->generation == generation)
        turn_to(voice, other_piece(voice), 0);
    else
        voice_forget_sought(voice);
}

/* Continues where a predecessor stopped. The next cell is a frame of the file, or lies between two frames. A converter
 * is fed from an earlier place, where both rates fall on one frame. */
static void go_on(struct voice *voice)
{
    const struct handover_piece *piece = voice_piece(voice);
    uint64_t cells = ring_written(&voice->ring) - piece->at, start = cells;

    voice->generation = piece->generation;
    if (voice->resample) {
        uint64_t lead = ((uint64_t)RESAMPLE_REACH * piece->rate) / piece->file_rate + 1;
        uint32_t period = resample_period(piece->file_rate, piece->rate);
        start = cells > lead ? (cells - lead) / period * period : 0;
    }
    voice->skip = cells - start;
    voice->frame = piece->from + (int64_t)(start * piece->file_rate / piece->rate);
    if (voice->handover->looping && voice->handover->loop_length > 0)
        voice->turn = voice_turns_at(voice->handover->loop_length, voice->frame - voice->handover->loop_from);
    voice->frame = voice_place(voice, voice->frame);
}

static bool can_go_on(const struct voice *voice)
{
    const struct handover_piece *piece = voice_piece(voice);

    return voice->is_resuming && !voice_is_stretched(voice) && piece->rate == core_link_rate(voice->all->core) &&
           piece->file_rate == voice->format.rate && piece->at <= ring_written(&voice->ring) &&
           piece->generation == atomic_load(&voice->memory->generation);
}

/* ---- converters ---- */

/* On a machine with more work than processors a fine stretch would be too slow. */
static bool has_time(void)
{
    double load;

    return getloadavg(&load, 1) == 1 && load < (double)sysconf(_SC_NPROCESSORS_ONLN);
}

static enum stretch_grade grade_of(const struct voice *voice)
{
    if (voice->plan.is_drums)
        return STRETCH_DRUMS;
    bool is_fine = stretch_count() < voice->all->fine_stretches && !voice->was_dry && has_time();

    return is_fine ? STRETCH_FINE : STRETCH_QUICK;
}

/* Makes the converters of the current piece, in place of the earlier ones. */
static enum err prepare_converters(struct voice *voice, struct fault *fault)
{
    uint32_t rate = core_link_rate(voice->all->core);
    const struct voice_plan *plan = &voice->plan;
    enum err e = ERR_OK;

    resample_free(voice->resample);
    stretch_free(voice->stretch);
    voice->resample = NULL;
    voice->stretch = NULL;
    if (voice->format.rate != rate)
        e = resample_new(voice->all->resampler, voice->format.rate, rate, &voice->resample, fault);
    if (e == ERR_OK && (plan->tempo != 1 || plan->semitones != 0))
        e = stretch_new(rate, plan->tempo, plan->semitones, grade_of(voice), &voice->stretch, fault);
    return e;
}

/* ---- the begin ---- */

void voice_feed_begin(struct voice *voice)
{
    struct fault fault = { 0 };

    voice_follow_aim(voice);
    if (prepare_converters(voice, &fault) != ERR_OK) {
        voice_fail(voice, &fault);
        return;
    }
    if (can_go_on(voice))
        go_on(voice);
    else
        make_generation(voice, voice->plan.from + voice_turns_passed(voice));
    voice->is_resuming = false;
    voice_feed(voice);
}

/* ---- frames become cells ---- */

/* Cells of the generation that is written, not played yet. */
static uint64_t count_ahead(const struct voice *voice)
{
    const struct handover_piece *next = voice->is_seeking ? sought_piece(voice) : NULL;
    uint64_t begin = next ? next->at : atomic_load(&voice->memory->begin), taken = ring_taken(&voice->ring);

    return ring_written(&voice->ring) - (taken > begin ? taken : begin);
}

/* Each change of tempo discards the cells ahead, so a voice that follows the tempo writes fewer of them. */
static uint32_t room_to_follow(const struct voice *voice)
{
    uint64_t most = (uint64_t)FOLLOW_AHEAD_S * core_link_rate(voice->all->core), ahead = count_ahead(voice);

    if (!voice_follows(voice))
        return UINT32_MAX;
    return most > ahead ? (uint32_t)(most - ahead) : 0;
}

static uint32_t free_room(const struct voice *voice)
{
    uint32_t space = ring_space(&voice->ring), follow = room_to_follow(voice);
    uint32_t handover_free = voice->phase == VOICE_PLAYING ? voice->ring.capacity / RESERVE : 0;

    space = space > handover_free ? space - handover_free : 0;
    return space < follow ? space : follow;
}

void voice_feed_drain(struct voice *voice)
{
    uint32_t free_cells, taken = 1;

    while (voice->stretch && taken > 0 && (free_cells = free_room(voice)) > 0) {
        taken = stretch_take(voice->stretch, voice->all->scratch, free_cells < CHUNK ? free_cells : CHUNK);
        ring_write(&voice->ring, voice->all->scratch, taken);
    }
}

static void convert_frames(struct voice *voice, const float *stereo, uint32_t frames, bool last)
{
    if (voice->resample) {
        frames = resample_run(voice->resample, stereo, frames, last, voice->all->scratch);
        stereo = voice->all->scratch;
    }
    uint32_t skipped = voice->skip < frames ? (uint32_t)voice->skip : frames;
    voice->skip -= skipped;
    stereo += 2 * skipped;
    frames -= skipped;
    if (!voice->stretch)
        ring_write(&voice->ring, stereo, frames);
    else if (frames > 0 || last)
        stretch_feed(voice->stretch, stereo, frames, last);
}

uint32_t voice_feed_scratch(void)
{
    return 2 * ((CHUNK + FRAMES_MIN + RESAMPLE_REACH) * APART + CHUNK);
}

/* ---- the end of a file ---- */

static void complete_voice(struct voice *voice)
{
    turn_to_sought(voice);
    voice_end_at(voice, ring_written(&voice->ring));
    voice->is_complete = true;
    reader_close(voice->reader);
    voice->reader = NULL;
}

static void follow_piece(struct voice *voice)
{
    struct handover_piece *next;
    struct fault fault = { 0 };

    turn_to_sought(voice);
    next = other_piece(voice);
    reader_close(voice->reader);
    voice->reader = voice->following;
    voice->following = NULL;
    voice->format = voice->next_format;
    voice->follows_ready = voice->is_ending = false;
    voice->frame = next->from;
    voice->due = 0;
    voice_follow_next(voice, next);
    fill_piece(voice, next, ring_written(&voice->ring), next->from);
    turn_to(voice, next, 0);
    if (prepare_converters(voice, &fault) != ERR_OK)
        voice_fail(voice, &fault);
    else
        voice_feed(voice);
}

static void end_file(struct voice *voice)
{
    voice->is_ending = true;
    if (voice->stretch && !stretch_is_done(voice->stretch))
        return; /* voice_feed calls again */
    if (!something_follows(voice))
        complete_voice(voice);
    else if (voice->follows_ready)
        follow_piece(voice);
}

void voice_feed_follow(struct voice *voice)
{
    if (voice->is_ending)
        end_file(voice);
}

/* ---- pulling ---- */

static uint32_t frames_wanted(const struct voice *voice)
{
    uint32_t cells = voice->phase == VOICE_FILLING ? FIRST : CHUNK;
    uint64_t frames = (uint64_t)cells * voice->format.rate / core_link_rate(voice->all->core);

    frames = frames > FRAMES_MIN ? frames : FRAMES_MIN;
    return frames < READER_FRAMES_MAX ? (uint32_t)frames : READER_FRAMES_MAX;
}

/* A predecessor wrote the whole part and died, or a seek leads beyond its end. */
static bool is_after_part(const struct voice *voice)
{
    return !voice->handover->looping && voice_part_end(voice) > 0 && voice->frame >= voice_part_end(voice);
}

static void take_frames(struct voice *voice, const float *stereo, uint32_t frames, int64_t ends);

/* Pulls if the ring has room. True: it took silence instead, and may go on. */
static bool pull_frames(struct voice *voice)
{
    static const float silence[2 * READER_FRAMES_MAX];
    const struct voice_pull pull = voice_cuts_next(voice, frames_wanted(voice), voice_part_end(voice));
    const uint32_t cells = voice->resample ? resample_room(voice->resample, pull.frames) : pull.frames;

    if (cells > (voice->stretch ? stretch_room(voice->stretch) : free_room(voice)))
        return false;
    if (pull.from < 0) {
        take_frames(voice, silence, pull.frames, -1);
        return true;
    }
    reader_pull(voice->reader, pull.from, pull.frames);
    return false;
}

static bool is_hungry(const struct voice *voice)
{
    return voice->phase == VOICE_FILLING || (voice->phase == VOICE_PLAYING && voice_ahead(voice) < 1);
}

static bool is_done(const struct voice *voice)
{
    return voice->is_complete || voice->phase == VOICE_FREE || voice->phase == VOICE_OPENING;
}

void voice_feed(struct voice *voice)
{
    if (!is_done(voice) && voice->is_ending && voice->stretch)
        end_file(voice);
    while (!is_done(voice) && !voice->is_ending && voice->reader && reader_is_free(voice->reader)) {
        if (is_after_part(voice)) {
            end_file(voice);
            voice_feed_check(voice);
        } else if (!pull_frames(voice) || !is_hungry(voice)) {
            return;
        }
    }
}

/* A sounding voice needs less, because its older cells still play. */
static uint64_t prefill_frames(const struct voice *voice)
{
    if (voice->due || voice->stretch)
        return FOLLOW_PREFILL + (uint64_t)voice_follow_late(voice);
    return voice->plan.group == GROUP_PREVIEW || voice->is_cued ? PREVIEW_PREFILL : PREFILL;
}

static uint64_t count_filled(const struct voice *voice)
{
    const struct handover_piece *next = voice->is_seeking ? sought_piece(voice) : NULL;
    uint64_t begin = next ? next->at : atomic_load(&voice->memory->begin);

    return ring_written(&voice->ring) - begin;
}

void voice_feed_check(struct voice *voice)
{
    struct fault fault = { 0 };

    if (voice->phase != VOICE_FILLING || !voice->is_made ||
        (count_filled(voice) < prefill_frames(voice) && !voice->is_complete))
        return;
    if (count_filled(voice) == 0 && !voice->is_cued) {
        fault_set(&fault, ERR_BAD_REQUEST, "the file has no sound at that position");
        voice_fail(voice, &fault);
    } else {
        turn_to_sought(voice);
        together_filled(voice);
    }
}

static void fail_short(struct voice *voice, int64_t length)
{
    struct fault fault = { 0 };

    fault_set(&fault, ERR_BAD_REQUEST, "the file has %lld frames to repeat, and a loop needs %d", (long long)length,
              VOICE_LOOP_LEAST);
    voice_fail(voice, &fault);
}

/* After the last frame of a turn, or of the file before the turn has ended. The rest of such a turn is silent, so that
 * the next one begins in time. */
static void repeat_loop(struct voice *voice, bool is_turn, int64_t ends)
{
    const int64_t from = voice->handover->loop_from, length = voice->frame - from;

    if (!is_turn && voice->handover->loop_length > 0) {
        voice->ends = ends;
    } else if (length < VOICE_LOOP_LEAST) { /* each turn costs a pull */
        fail_short(voice, length);
    } else {
        voice->frame = from;
        voice->turn++;
    }
}

/* `ends`: the frame before which the file has ended; -1: it goes on. */
static void take_frames(struct voice *voice, const float *stereo, uint32_t frames, int64_t ends)
{
    static float shaped[2 * READER_FRAMES_MAX];
    const struct handover_voice *handover = voice->handover;
    const bool is_part = frames > 0 && voice->frame + frames == voice_part_end(voice), is_end = is_part || ends >= 0;

    voice_feed_drain(voice);
    if (handover->cut_count > 0 && frames <= READER_FRAMES_MAX)
        voice_cuts_shape(voice, stereo, shaped, frames), stereo = shaped;
    voice->frame += frames;
    if (ends >= 0 && frames > 0)
        voice_piece(voice)->frames = voice->format.frames = ends;
    const bool repeats = is_end && handover->looping && (voice->frame > handover->loop_from || handover->cut_count > 0);
    convert_frames(voice, stereo, frames, is_end && !repeats);
    if (repeats)
        repeat_loop(voice, is_part, ends);
    else if (is_end)
        end_file(voice);
    voice_feed_check(voice);
}

void voice_feed_came(void *state, int64_t frame, const float *stereo, uint32_t frames, bool end)
{
    struct voice *voice = state;

    take_frames(voice, stereo, frames, end ? frame + frames : -1);
    if (is_hungry(voice))
        voice_feed(voice);
}
