/*
 * Paths in a mount namespace, taken literally: every one is opened without following a single
 * symlink, so what was checked by name is what gets mounted.
 */
#ifndef SALLYPORT_HOLDER_PATHS_H
#define SALLYPORT_HOLDER_PATHS_H

#include <stdbool.h>

/* True for an absolute path other than "/" without empty, "." or ".." components. */
bool is_exact_path(const char *path);

/* True when `path` lies strictly below `ancestor`. */
bool is_below(const char *path, const char *ancestor);

/* An O_PATH descriptor; -1 with errno, ELOOP when a symlink is in the way. */
int open_exact(const char *path);

/* The same, but a symlink at its end is opened itself. */
int open_name(const char *path);

/*
 * Makes the missing last part of `path` as a mount point: directories, and an empty file at the
 * end unless `is_directory`. Only where `may_create` agrees with the directory it starts in.
 */
bool make_mount_point(const char *path, bool is_directory, bool (*may_create)(int directory));

/* A detached recursive copy of what an O_PATH descriptor shows; -1 with errno. */
int clone_tree(int fd);

/* Sets MOUNT_ATTR_* on a whole tree and makes it private. */
bool set_tree_attributes(int tree, unsigned attributes);

/* Sets MOUNT_ATTR_* on one mount and on none of those in it. */
bool set_mount_attributes(int mount, unsigned attributes);

/* Puts a detached tree on top of what `target` shows. */
bool attach_tree(int tree, int target);

/*
 * Takes a tree that is mounted in the namespace we are in out of it, whole. umount2 would take it apart: who kept a
 * folder of it open would meet what lies below the mounts in it, writable and uncovered. A tree stays in one piece when
 * the place that it lies on is removed, which only somebody in another namespace can do; so it is moved to a place of
 * its own first, below a tmpfs that lies on "/" meanwhile, where only "/.." leads. False with errno when it is not out,
 * or not whole. Root and working directory are those of the namespace then.
 */
bool take_tree_out(int tree, int namespace, int elsewhere);

/* A new detached tmpfs; options may be NULL. -1 with errno. */
int make_tmpfs(const char *size, const char *mode, unsigned attributes);

/*
 * Whether an errno of open_exact says that the sandbox cannot reach the path either: nothing is
 * there, or a folder of somebody else's bars the way, who alone could open it.
 */
bool is_out_of_reach(int error);

/* True when the O_PATH descriptor is a directory. */
bool is_directory_fd(int fd);

/* True when it is known that the O_PATH descriptor shows the root of a mount. */
bool is_mount_root(int fd);

#endif
