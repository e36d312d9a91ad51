/* floor: the minimal cost of any scan of a folder. Prints elapsed and processor seconds.
 *
 *   floor walk FOLDER      reads every name, calls fstatat for every file
 *   floor open FOLDER      the same, and opens every file with libsndfile, which reads its header */
#include <dirent.h>
#include <fcntl.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { PATH = 4096 };

struct floor {
    int opens;
    long files, frames;
};

static double seconds_of(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void open_file(struct floor *floor, const char *path)
{
    SF_INFO info = { 0 };
    SNDFILE *file = sf_open(path, SFM_READ, &info);

    if (!file)
        exit(1);
    floor->frames += info.frames;
    sf_close(file);
}

static void visit_folder(struct floor *floor, const char *folder)
{
    DIR *open = opendir(folder);
    struct dirent *name;
    char path[PATH];
    struct stat st;

    while (open && (name = readdir(open))) {
        if (name->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, name->d_name);
        if (name->d_type == DT_DIR) {
            visit_folder(floor, path);
        } else if (fstatat(dirfd(open), name->d_name, &st, 0) == 0 && S_ISREG(st.st_mode)) {
            floor->files++;
            if (floor->opens)
                open_file(floor, path);
        }
    }
    if (open)
        closedir(open);
}

int main(int argc, char **argv)
{
    struct floor floor = { .opens = argc == 3 && strcmp(argv[1], "open") == 0 };
    double began = seconds_of(CLOCK_MONOTONIC);

    if (argc != 3)
        return 1;
    visit_folder(&floor, argv[2]);
    printf("{\"files\":%ld,\"clock\":%.6f,\"processor\":%.6f}\n", floor.files, seconds_of(CLOCK_MONOTONIC) - began,
           seconds_of(CLOCK_PROCESS_CPUTIME_ID));
    return 0;
}
