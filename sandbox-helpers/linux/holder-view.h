/* The view: the host's file tree as the sandboxes of one session start from it. */
#ifndef SALLYPORT_HOLDER_VIEW_H
#define SALLYPORT_HOLDER_VIEW_H

enum view_kind { VIEW_TMPFS, VIEW_KEEP, VIEW_MASK, VIEW_MASK_FILE, VIEW_BIND, VIEW_RO_BIND };

struct view_op {
    enum view_kind kind;
    const char *path;   /* where in the view */
    const char *source; /* binds: where on the host */
    const char *size, *mode;
    int tree; /* binds: what was taken before anything was hidden */
};

/* Applies the operations in order in the caller's own mount namespace; any failure ends the process. */
void apply_view(struct view_op *ops, int count);

#endif
