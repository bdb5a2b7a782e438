/* Stands in for the one function of glibc that gcc's unwinder asks for and musl has not: where the tables for unwinding are
   of the program, or of a library, that an instruction belongs to. */
#define _GNU_SOURCE
#include <link.h>
#include <stddef.h>
#include <stdint.h>

struct found {
    unsigned long long flags;
    void *start, *end;
    struct link_map *map;
    void *tables;
    unsigned long long reserved[7];
};

struct search {
    uintptr_t instruction;
    struct found *found;
};

static int look(struct dl_phdr_info *object, size_t size, void *data)
{
    struct search *search = data;
    uintptr_t tables = 0, start = 0, end = 0;
    (void)size;
    for (int at = 0; at < object->dlpi_phnum; at++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[at];
        uintptr_t first = object->dlpi_addr + part->p_vaddr;
        if (part->p_type == PT_GNU_EH_FRAME)
            tables = first;
        else if (part->p_type == PT_LOAD && search->instruction - first < part->p_memsz)
            start = first, end = first + part->p_memsz;
    }
    if (!start || !tables)
        return 0;
    *search->found = (struct found){ .start = (void *)start, .end = (void *)end, .tables = (void *)tables };
    return 1;
}

int _dl_find_object(void *instruction, void *found)
{
    struct search search = { (uintptr_t)instruction, found };
    return dl_iterate_phdr(look, &search) ? 0 : -1;
}
