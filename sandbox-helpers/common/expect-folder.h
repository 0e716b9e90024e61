/* Whether a program still begins in the folder that was decided about. */
#ifndef SALLYPORT_EXPECT_FOLDER_H
#define SALLYPORT_EXPECT_FOLDER_H

/* `DEVICE:INODE:PATH` of a folder, PATH without links. Ends the process with 124 when it is not the working directory. */
void expect_folder(const char *expected);

#endif
