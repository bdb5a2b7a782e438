/* The floor of the benchmark `poller`: what libc's calls do in a plain level-triggered epoll loop.
 *
 * serve: prints its port, echoes what comes on any number of connections, and ends with the last of them.
 * small: for each line "WHAT NUMBER NUMBER NUMBER" on stdin, measures that and prints nanoseconds. */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 1024

static void must(int true, const char *what)
{
    if (!true) {
        perror(what);
        exit(1);
    }
}

static void control(int set, int what, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    must(!epoll_ctl(set, what, fd, &event), "epoll_ctl");
}

static int listening(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    must(fd >= 0 && !bind(fd, (void *)&address, size) && !listen(fd, 1024), "listen");
    must(!getsockname(fd, (void *)&address, &size), "getsockname");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static long accept_all(int set, int listener)
{
    long accepted = 0;
    int fd;
    for (; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0; accepted++)
        control(set, EPOLL_CTL_ADD, fd, EPOLLIN);
    must(errno == EAGAIN, "accept4");
    return accepted;
}

static void serve(void)
{
    static struct epoll_event events[BATCH];
    static char buffer[2048];
    int set = epoll_create1(EPOLL_CLOEXEC), listener = listening();
    long open = 0;
    control(set, EPOLL_CTL_ADD, listener, EPOLLIN);
    do {
        int count = epoll_wait(set, events, BATCH, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                open += accept_all(set, listener);
                continue;
            }
            ssize_t length = recv(fd, buffer, sizeof buffer, 0);
            if (length > 0)
                must(send(fd, buffer, length, MSG_NOSIGNAL) == length, "send");
            else if (length == 0 || errno != EAGAIN)
                must(!close(fd) && open--, "close");
        }
    } while (open);
}

static double now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e9 + now.tv_nsec;
}

/* The set that is measured, and the sockets that lie in it unused. */
static int set;
static long idle;

static int unused(void)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    must(fd >= 0, "socket");
    return fd;
}

static double registers(long fill, long rounds, int modify)
{
    for (; idle < fill; idle++)
        control(set, EPOLL_CTL_ADD, unused(), EPOLLIN);
    int fd = unused();
    if (modify)
        control(set, EPOLL_CTL_ADD, fd, EPOLLIN);
    double start = now();
    for (long round = 0; round < rounds; round++) {
        if (modify) {
            control(set, EPOLL_CTL_MOD, fd, round % 2 ? EPOLLIN : EPOLLIN | EPOLLOUT);
        } else {
            control(set, EPOLL_CTL_ADD, fd, EPOLLIN);
            must(!epoll_ctl(set, EPOLL_CTL_DEL, fd, NULL), "epoll_ctl");
        }
    }
    double time = (now() - start) / rounds;
    close(fd);
    return time;
}

/* One side of the ping-pong: an eventfd, edge-triggered and never read, in a set of its own. */
struct side {
    int set, own, others, cpu;
    long rounds;
};

static void wake(int fd)
{
    uint64_t one = 1;
    must(write(fd, &one, sizeof one) == sizeof one, "write");
}

static void pause_in(int set)
{
    struct epoll_event event;
    must(epoll_wait(set, &event, 1, -1) == 1, "epoll_wait");
}

static void pin(int cpu)
{
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(cpu, &cpus);
    must(!sched_setaffinity(0, sizeof cpus, &cpus), "sched_setaffinity");
}

static void *answer(void *given)
{
    struct side *side = given;
    pin(side->cpu);
    for (long round = 0; round < side->rounds; round++) {
        pause_in(side->set);
        wake(side->others);
    }
    return NULL;
}

static struct side side(int cpu, long rounds)
{
    struct side side = {epoll_create1(EPOLL_CLOEXEC), eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), 0, cpu, rounds};
    control(side.set, EPOLL_CTL_ADD, side.own, EPOLLIN | EPOLLET);
    return side;
}

static double ping(int cpu, int other, long rounds)
{
    struct side left = side(cpu, rounds), right = side(other, rounds);
    pthread_t thread;
    left.others = right.own, right.others = left.own;
    must(!pthread_create(&thread, NULL, answer, &right), "pthread_create");
    pin(cpu);
    double start = now();
    for (long round = 0; round < rounds; round++) {
        wake(right.own);
        pause_in(left.set);
    }
    double time = (now() - start) / rounds / 2;
    pthread_join(thread, NULL);
    close(left.own), close(left.set), close(right.own), close(right.set);
    return time;
}

static double wakes(long rounds, int each_waits)
{
    struct side own = side(0, 0);
    double start = now();
    for (long round = 0; round < rounds; round++) {
        wake(own.own);
        if (each_waits)
            pause_in(own.set);
    }
    double time = (now() - start) / rounds;
    close(own.own), close(own.set);
    return time;
}

static int ascending(const void *left, const void *right)
{
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

static double sleeps(long microseconds, long rounds)
{
    struct timespec asked = {0, microseconds * 1000};
    struct epoll_event event;
    double *times = malloc(rounds * sizeof *times);
    for (long round = 0; round < rounds; round++) {
        double start = now();
        must(!epoll_pwait2(set, &event, 1, &asked, NULL), "epoll_pwait2");
        times[round] = now() - start;
    }
    qsort(times, rounds, sizeof *times, ascending);
    double median = times[rounds / 2];
    free(times);
    return median;
}

static void small(void)
{
    char what[32];
    long a, b, c;
    set = epoll_create1(EPOLL_CLOEXEC);
    while (scanf("%31s %ld %ld %ld", what, &a, &b, &c) == 4) {
        double time = !strcmp(what, "register") ? registers(a, b, 0)
                      : !strcmp(what, "modify") ? registers(a, b, 1)
                      : !strcmp(what, "ping")   ? ping(a, b, c)
                      : !strcmp(what, "again")  ? wakes(a, 0)
                      : !strcmp(what, "turn")   ? wakes(a, 1)
                                                : sleeps(a, b);
        printf("%.1f\n", time);
        fflush(stdout);
    }
}

int main(int count, char **words)
{
    if (count == 2 && !strcmp(words[1], "serve"))
        serve();
    else if (count == 2 && !strcmp(words[1], "small"))
        small();
    else
        return 2;
    return 0;
}
