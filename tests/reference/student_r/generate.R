# Tails and quantiles of Student's t distribution, degrees of freedom whole and not, from R's pt and qt.
#
# Run: Rscript generate.R   (in this folder; writes expected.csv)

rows <- list()
for (df in c(0.5, 1, 1.7, 2, 3.25, 4.37633845945047, 7.5, 14.3, 30, 99.9, 400, 1500.5, 1e5)) {
  for (t in c(1e-3, 0.3, 1, 1.7, 2.5, 6, 15, 40)) {
    p <- 2 * pt(-t, df)
    if (p > 1e-290) rows[[length(rows) + 1L]] <- data.frame(quantity = "two_sided_p", df = df, at = t, value = p)
  }
  for (q in c(0.6, 0.9, 0.95, 0.975, 0.995, 0.9999, 0.025, 1e-8, 1e-30)) {
    rows[[length(rows) + 1L]] <- data.frame(quantity = "quantile", df = df, at = q, value = qt(q, df))
  }
}
out <- do.call(rbind, rows)
out[2:4] <- lapply(out[2:4], function(v) sprintf("%.15g", v))
write.csv(out, "expected.csv", row.names = FALSE, quote = FALSE)
