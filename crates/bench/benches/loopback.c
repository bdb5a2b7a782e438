/* The floor of the benchmark `loopback`: what libc's calls in a plain loop do.
 *
 * echo PORT: connects to the port and echoes 64 bytes until the peer ends.
 * pair: for each line "SIZE ROUNDS" on stdin, sends and receives so much in one thread; prints the time in ns. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int connected(int port)
{
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (void *)&address, sizeof address))
        exit(1);
    return fd;
}

static void echo(int fd)
{
    char buffer[64];
    ssize_t length;
    while ((length = recv(fd, buffer, sizeof buffer, 0)) > 0)
        if (send(fd, buffer, length, MSG_NOSIGNAL) != length)
            exit(1);
}

static long long clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void there(int from, int to, char *data, size_t size)
{
    if (send(from, data, size, MSG_NOSIGNAL) != (ssize_t)size)
        exit(1);
    for (size_t done = 0; done < size;) {
        ssize_t length = recv(to, data, size, 0);
        if (length <= 0)
            exit(1);
        done += length;
    }
}

static void pair(void)
{
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    if (bind(listener, (void *)&address, size) || listen(listener, 1))
        exit(1);
    getsockname(listener, (void *)&address, &size);
    int left = connected(ntohs(address.sin_port)), right = accept(listener, NULL, NULL);
    setsockopt(left, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    static char data[65536];
    size_t length;
    long rounds;
    while (scanf("%zu %ld", &length, &rounds) == 2) {
        long long start = clock_ns();
        for (long round = 0; round < rounds; round++)
            there(left, right, data, length);
        printf("%lld\n", clock_ns() - start);
        fflush(stdout);
    }
}

int main(int count, char **words)
{
    if (count == 3 && !strcmp(words[1], "echo"))
        echo(connected(atoi(words[2])));
    else if (count == 2 && !strcmp(words[1], "pair"))
        pair();
    else
        return 2;
    return 0;
}
