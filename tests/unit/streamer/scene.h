/* scene.h: a streamer in a home of its own, with the memory of an engine whose audio core does not run. */
#ifndef LOOPHOLE_TESTS_STREAMER_SCENE_H
#define LOOPHOLE_TESTS_STREAMER_SCENE_H

#include <signal.h>

#include "common/shared/studio.h"
#include "proto/service/service_parts.h"
#include "services/streamer/streamer.h"
#include "tests/unit/common/home.h"

struct scene {
    struct home *home;
    struct studio *studio;
    struct service *service;
    struct streamer streamer;
};

static int make_scene(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    char program[] = "streamer", *arguments[] = { program, NULL };
    sigset_t none;

    assert_non_null(scene);
    (void)home_make((void **)&scene->home);
    assert_int_equal(studio_make(&scene->home->paths, NULL), ERR_OK);
    assert_int_equal(studio_open(&scene->home->paths, &scene->studio, NULL), ERR_OK);
    scene->service = service_start(1, arguments, &schema_streamer);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    *state = scene;
    return 0;
}

static int end_scene(void **state)
{
    struct scene *scene = *state;

    streamer_close(&scene->streamer);
    (void)service_end(scene->service);
    studio_close(scene->studio);
    (void)studio_remove(&scene->home->paths);
    (void)home_remove((void **)&scene->home);
    free(scene);
    return 0;
}

#endif
