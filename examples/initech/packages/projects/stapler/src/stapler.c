/* stapler: put text documents together, page by page.
 *
 *   stapler [-l LINES] [-t TITLE] FILE...    writes all of them, paginated
 *   stapler -c [-l LINES] FILE...            only counts the pages
 *
 * Every document starts on a page of its own, every page ends with a form feed
 * and says at its foot which one it is. "-" is the standard input.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    DEFAULT_LINES = 60,
    MAX_LINES = 10000,
    EXIT_USAGE = 2,
};

struct page {
    long number;
    long line;
};

struct stapler {
    long lines_per_page;
    const char *title;
    bool only_count;
    long pages;
};

static const char usage[] =
    "usage: stapler [-c] [-l LINES] [-t TITLE] FILE...\n"
    "\n"
    "Put text documents together, page by page; \"-\" is the standard input.\n"
    "\n"
    "  -c        print the number of pages of each document, and of all\n"
    "  -l LINES  lines of text on a page (default 60)\n"
    "  -t TITLE  what to print at the top of every page\n"
    "  -h        print this help\n";

static void start_page(struct stapler *stapler, struct page *page)
{
    page->number++;
    page->line = 0;
    stapler->pages++;
    if (!stapler->only_count && stapler->title != NULL)
        printf("%s\n\n", stapler->title);
}

static void end_page(const struct stapler *stapler, const struct page *page, const char *name)
{
    if (!stapler->only_count)
        printf("\n-- %s, page %ld --\n\f", name, page->number);
}

/* A last line without a newline is a line too. */
static int staple(struct stapler *stapler, FILE *input, const char *name)
{
    struct page page = { 0, 0 };
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;

    while ((length = getline(&line, &capacity, input)) >= 0) {
        if (page.number == 0 || page.line == stapler->lines_per_page) {
            if (page.number > 0)
                end_page(stapler, &page, name);
            start_page(stapler, &page);
        }
        if (!stapler->only_count) {
            fwrite(line, 1, (size_t)length, stdout);
            if (line[length - 1] != '\n')
                putchar('\n');
        }
        page.line++;
    }
    free(line);
    if (ferror(input)) {
        fprintf(stderr, "stapler: %s: %s\n", name, strerror(errno));
        return EXIT_FAILURE;
    }
    if (page.number > 0)
        end_page(stapler, &page, name);
    if (stapler->only_count)
        printf("%ld %s\n", page.number, name);
    return EXIT_SUCCESS;
}

static int staple_file(struct stapler *stapler, const char *path)
{
    FILE *input;
    int result;

    if (strcmp(path, "-") == 0)
        return staple(stapler, stdin, "standard input");
    input = fopen(path, "r");
    if (input == NULL) {
        fprintf(stderr, "stapler: %s: %s\n", path, strerror(errno));
        return EXIT_FAILURE;
    }
    result = staple(stapler, input, path);
    fclose(input);
    return result;
}

/* 0 where the text is no number from 1 to MAX_LINES. */
static long parse_lines(const char *text)
{
    char *end;
    long lines;

    errno = 0;
    lines = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || lines < 1 || lines > MAX_LINES)
        return 0;
    return lines;
}

int main(int argc, char **argv)
{
    struct stapler stapler = { DEFAULT_LINES, NULL, false, 0 };
    int result = EXIT_SUCCESS;
    int option;

    while ((option = getopt(argc, argv, "chl:t:")) != -1) {
        switch (option) {
        case 'c':
            stapler.only_count = true;
            break;
        case 'h':
            fputs(usage, stdout);
            return EXIT_SUCCESS;
        case 'l':
            stapler.lines_per_page = parse_lines(optarg);
            if (stapler.lines_per_page == 0) {
                fprintf(stderr, "stapler: -l needs a number from 1 to %d, not \"%s\"\n", MAX_LINES, optarg);
                return EXIT_USAGE;
            }
            break;
        case 't':
            stapler.title = optarg;
            break;
        default:
            fputs(usage, stderr);
            return EXIT_USAGE;
        }
    }
    if (optind == argc) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    /* One that cannot be read does not stop the others. */
    for (int index = optind; index < argc; index++) {
        if (staple_file(&stapler, argv[index]) != EXIT_SUCCESS)
            result = EXIT_FAILURE;
    }
    if (stapler.only_count && argc - optind > 1)
        printf("%ld total\n", stapler.pages);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "stapler: cannot write: %s\n", strerror(errno));
        return EXIT_FAILURE;
    }
    return result;
}
