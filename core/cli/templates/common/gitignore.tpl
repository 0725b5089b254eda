node_modules/
*.zip
*.zip.json
