//! Reference values of other programs: coefficients, standard errors and log-likelihoods to the digits they print.
//!
//! `coverage` holds the list of what the reference file has and what is compared; a family of models per module.

#[cfg(test)]
mod counted_cells;
#[cfg(test)]
mod coverage;
#[cfg(test)]
mod cross_sections;
#[cfg(test)]
mod data;
#[cfg(test)]
mod firth;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod model;
#[cfg(test)]
mod panels;
#[cfg(test)]
mod periods;
#[cfg(test)]
mod r_glm;
