#include "frontends/cli/complete_sound.h"

#include <string.h>

#include "schema_audio.h"
#include "schema_project.h"
#include "schema_streamer.h"
#include "schema_supervisor.h"

void complete_channels(const struct unfinished *u)
{
    if (u->at == 0) {
        complete_table(u, &channel_table);
        complete_word(u, text_of("limiter"), "");
    } else {
        complete_fields(u, strcmp(u->arguments[0], "limiter") == 0 ? &audio_set_limiter_shape : &mixer_strip_shape,
                        "bus");
    }
}

void complete_pad_keys(const struct unfinished *u)
{
    if (u->at > 0)
        complete_fields(u, &pad_shape, "pad");
}

void complete_devices(const struct unfinished *u)
{
    struct sound_devices devices = { 0 };

    if (!complete_ask(u, "supervisor.sound_devices", NULL, &devices))
        complete_word(u, text_of("dummy"), ""); /* also the name of one of the devices */
    for (uint32_t i = 0; i < devices.each.count; i++)
        complete_word(u, devices.each.at[i].name, "");
    complete_words(u, "auto none");
}

void complete_ports(const struct unfinished *u)
{
    struct connections all = { 0 };

    if (u->at == 0)
        complete_words(
            u,
            "main_left main_right preview_left preview_right in_left in_right return_left return_right "
            "streams_left streams_right sounds_left sounds_right pads_left pads_right sequencer_left sequencer_right "
            "metronome_left metronome_right pfl_left pfl_right out_1_left out_1_right out_2_left out_2_right "
            "out_3_left out_3_right out_4_left out_4_right listen midi_in midi_in_2 midi_in_3 midi_in_4 "
            "midi_out control_out control_out_2 control_out_3 control_out_4");
    else if (complete_ask(u, "audio.ports", NULL, &all))
        for (uint32_t i = 0; i < all.each.count; i++)
            if (text_is(all.each.at[i].port, u->arguments[0]))
                complete_word(u, all.each.at[i].to, "");
}

void complete_inserted(const struct unfinished *u)
{
    complete_words(u, u->at == 0 ? "streams sounds pads sequencer metronome master" : "off");
}

void complete_voices(const struct unfinished *u)
{
    struct stream_voices voices = { 0 };

    if (complete_ask(u, "streamer.voices", NULL, &voices))
        for (uint32_t i = 0; i < voices.each.count; i++)
            complete_word(u, arena_printf(&u->cli->arena, "%llu", (unsigned long long)voices.each.at[i].voice), "");
}

void complete_kits(const struct unfinished *u)
{
    const struct project_kits request = { .limit = 256 };
    struct kits kits = { 0 };

    if (u->at == 0 && complete_ask(u, "project.kits", &request, &kits))
        for (uint32_t i = 0; i < kits.each.count; i++)
            complete_word(u, kits.each.at[i].name, "");
    else if (u->at > 1)
        complete_fields(u, &kit_slot_shape, "slot");
}

void complete_presets(const struct unfinished *u)
{
    const struct project_presets request = { .limit = 256 };
    struct presets presets = { 0 };

    if (u->at == 0 && complete_ask(u, "project.presets", &request, &presets))
        for (uint32_t i = 0; i < presets.each.count; i++)
            complete_word(u, presets.each.at[i].name, "");
    else if (u->at > 0) {
        complete_fields(u, &voice_values_shape, "adsr");
        complete_fields(u, &adsr_shape, "");
    }
}
