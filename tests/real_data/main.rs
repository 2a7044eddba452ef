//! Studies of public tables: every trap that their data sheet names must be named by the program.

#[cfg(test)]
mod backtest;
mod files;
#[cfg(test)]
mod findings;
#[cfg(test)]
mod prepare;
#[cfg(test)]
mod program;
#[cfg(test)]
mod speed;
#[cfg(test)]
mod table;
#[cfg(test)]
mod verdicts;
