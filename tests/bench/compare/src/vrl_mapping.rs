pub fn run(_folder: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> { Err("not yet".into()) }
