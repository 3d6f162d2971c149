/*
 * Makes every fsync and fdatasync of a process take DELAY_NS longer, as on a disk that has to write before it says
 * so. For LD_PRELOAD; built when the benchmark runs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <time.h>

static int slowly(const char *name, int fd)
{
	int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
	int result = next(fd);
	int kept = errno;
	struct timespec delay = {0, DELAY_NS};

	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &delay, &delay) == EINTR)
		;
	errno = kept;
	return result;
}

int fsync(int fd)
{
	return slowly("fsync", fd);
}

int fdatasync(int fd)
{
	return slowly("fdatasync", fd);
}
