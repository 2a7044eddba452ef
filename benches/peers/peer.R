#!/usr/bin/env Rscript
# glm.fit and sandwich::vcovCL on a raw f64 file (y, account, x1..xp, column by column), printed as the JSON object of peer.py.
#   Rscript peer.R FILE.f64 ROWS COLUMNS
# R has no Parquet reader in Debian, so its read is of the raw file, an easier one than the others'.
suppressPackageStartupMessages(library(sandwich))
arguments <- commandArgs(trailingOnly = TRUE)
n <- as.numeric(arguments[2])
p <- as.integer(arguments[3])
now <- function() proc.time()[["elapsed"]]

start <- now()
file <- file(arguments[1], "rb")
y <- readBin(file, "double", n, endian = "little")
account <- as.integer(readBin(file, "double", n, endian = "little"))
x <- matrix(1, n, p + 1L)
for (j in seq_len(p)) x[, j + 1L] <- readBin(file, "double", n, endian = "little")
close(file)
read <- now()
fitted <- glm.fit(x, y, family = binomial(), control = glm.control(epsilon = 1e-10, maxit = 100), intercept = FALSE)
done <- now()
# What sandwich asks of a glm: its class and its matrix.
fitted$x <- x
class(fitted) <- c("glm", "lm")
se <- sqrt(diag(vcovCL(fitted, cluster = account, type = "HC0", cadjust = FALSE)))
end <- now()

peak <- grep("^VmHWM:", readLines("/proc/self/status"), value = TRUE)
peak <- as.numeric(gsub("[^0-9]", "", peak)) * 1024
numbers <- function(values) paste0("[", paste(formatC(values, digits = 17, format = "g"), collapse = ", "), "]")
cat(sprintf(
  paste0('{"name": "r-glm", "seconds": [%.3f], "read_seconds": [%.3f], "fit_seconds": [%.3f], "covariance_seconds": [%.3f], ',
         '"iterations": %d, "coef": %s, "se": %s, "peak_rss_bytes": %.0f, "note": "glm.fit, epsilon 1e-10; reads raw f64; BLAS %s; R %s, sandwich %s", ',
         '"covariance_note": "CR0 (vcovCL, HC0, cadjust = FALSE)"}\n'),
  end - start, read - start, done - read, end - done, fitted$iter, numbers(fitted$coefficients), numbers(se), peak,
  basename(extSoftVersion()[["BLAS"]]), getRversion(), packageVersion("sandwich")))
